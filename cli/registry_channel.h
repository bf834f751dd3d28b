// The ways from a gateway in a process of its own to the registries.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <vector>

#include "base/result.h"
#include "cli/serve_settings.h"

namespace edgeplane::cli {

// One to each, at least one, in the order of the settings; a single name has two, since
// a new connection may get to another of the registries behind it. TLS, with the gateway
// token in every call; they connect by themselves, again and again. Reads the files that
// the settings name. INVALID_FIELD for what is wrong with them.
Result<std::vector<std::shared_ptr<grpc::Channel>>> OpenRegistryChannels(
    const ServeSettings& settings);

}  // namespace edgeplane::cli
