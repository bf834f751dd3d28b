// Failures as a person reads them, with the exit code that goes with each.
#pragma once

#include <grpcpp/support/status.h>

#include <CLI/App.hpp>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/client_settings.h"
#include "cli/outcome.h"

namespace edgeplane::cli {

// A failed call. `leaf` is the command that made it: violations are named after
// its options.
Outcome CallFailure(const grpc::Status& status, const ClientSettings& settings,
                    const CLI::App& leaf);

// Whether a stream that ended so may be opened again: its server ended it, or went.
bool MayResume(const grpc::Status& status);

// Settings that are not as they must be; violations are named after their flags.
Outcome SettingsFailure(const Error& error);

// What the operator calls a field of a request: "user_phone" is "--phone" for a
// command that has such an option, and the field's own name otherwise.
std::string OptionForField(std::string_view field, const CLI::App& leaf);

}  // namespace edgeplane::cli
