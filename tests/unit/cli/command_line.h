// The real command line, on streams in memory.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/run.h"

namespace edgeplane::cli {

struct Ran {
  ExitCode code = ExitCode::kOk;
  std::string out;
  std::string err;
};

struct CommandLine {
  std::string input;
  bool in_is_terminal = false;
  bool colour = false;

  Ran operator()(const std::vector<std::string>& args) const {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    const SystemClock clock;
    const Surroundings around{.in = in,
                              .out = out,
                              .err = err,
                              .in_is_terminal = in_is_terminal,
                              .colour = colour,
                              .clock = clock};
    const ExitCode code = Run(args, around);
    return {code, out.str(), err.str()};
  }
};

}  // namespace edgeplane::cli
