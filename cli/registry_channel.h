// The way from a gateway in a process of its own to the registry.
#pragma once

#include <grpcpp/channel.h>

#include <memory>

#include "base/result.h"
#include "cli/serve_settings.h"

namespace edgeplane::cli {

// TLS, with the gateway token in every call; connects by itself, again and again.
// Reads the files that the settings name. INVALID_FIELD for what is wrong with them.
Result<std::shared_ptr<grpc::Channel>> OpenRegistryChannel(const ServeSettings& settings);

}  // namespace edgeplane::cli
