// Command lines that cannot be understood, in words that help to mend them.
#pragma once

#include <CLI/App.hpp>

#include "cli/outcome.h"

namespace edgeplane::cli {

// What CLI11 objected to; always ExitCode::kUsage.
// A word that is no command of `app`, and no argument either.
Outcome UnknownWord(const std::string& word, const CLI::App& app);

// Nothing where `app` has no such command.
const CLI::App* FindCommand(const CLI::App& app, const std::string& name);

Outcome ParseFailure(const CLI::ParseError& error, const CLI::App& root);

// The command line stopped at a word that only groups commands.
Outcome MissingCommand(const CLI::App& group);

// The commands right under `app`, by name.
std::vector<std::string> CommandNames(const CLI::App& app);

}  // namespace edgeplane::cli
