// The ways from a gateway in a process of its own to the registries.
#pragma once

#include <vector>

#include "base/result.h"
#include "cli/serve_settings.h"
#include "gateway/registry_dialer.h"

namespace edgeplane::cli {

// One to each, at least one, in the order of the settings; a single name has two, since
// the next connection may get to another of the registries behind it. TLS, with the gateway
// token in every call; their channels connect by themselves, again and again. Reads the
// files that the settings name. INVALID_FIELD for what is wrong with them.
Result<std::vector<gateway::RegistryDialer>> MakeRegistryDialers(const ServeSettings& settings);

}  // namespace edgeplane::cli
