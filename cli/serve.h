// `edgeplane serve`: every part in this one process.
#pragma once

#include "base/setting.h"

namespace edgeplane::cli {

// Runs until SIGTERM or SIGINT, then stops gently. `flags` holds the settings
// given on the command line, by their names; environment and file are read
// here (ResolveAllSettings). Gives the process's exit code: 0 after a clean
// stop, 1 when it could not start or broke, 2 for settings that are not as they
// must be. Says on standard error what went wrong.
int Serve(const SettingSet::Values& flags);

}  // namespace edgeplane::cli
