// `edgeplane serve`, `registry` and `gateway`: the parts of edgeplane in processes.
#pragma once

#include "base/setting.h"
#include "cli/outcome.h"
#include "cli/serve_settings.h"

namespace edgeplane::cli {

// Runs until SIGTERM or SIGINT, then stops gently. `flags` holds the settings
// given on the command line, by their names; environment and file are read
// here (ResolveAllSettings). kOk after a clean stop, kFailed when it could not
// start, kUsage for settings that are not as they must be.
Outcome Serve(const Parts& parts, const SettingSet::Values& flags);

}  // namespace edgeplane::cli
