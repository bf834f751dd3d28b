// How --help looks on every level: what the command does, how it is used, its
// arguments and options wrapped to 80 columns, examples.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace edgeplane::cli {

class HelpFormatter final : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
};

}  // namespace edgeplane::cli
