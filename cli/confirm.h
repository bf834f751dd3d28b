// Asking before something that cannot be undone.
#pragma once

#include <optional>
#include <string>

#include "cli/outcome.h"
#include "cli/surroundings.h"

namespace edgeplane::cli {

// Nothing when the person said yes. A usage error where nobody can be asked.
// `question` must have been escaped.
[[nodiscard]] std::optional<Outcome> Confirm(const Surroundings& around,
                                             const std::string& question);

}  // namespace edgeplane::cli
