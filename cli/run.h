// The command line as a whole.
#pragma once

#include <string>
#include <vector>

#include "cli/outcome.h"
#include "cli/surroundings.h"

namespace edgeplane::cli {

// `args` without the program's name.
ExitCode Run(const std::vector<std::string>& args, const Surroundings& around);

// The same on this process's streams; gives what main returns.
int RunProcess(int argc, const char* const* argv);

}  // namespace edgeplane::cli
