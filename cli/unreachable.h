// Failures of calls that no edgeplane answered.
#pragma once

#include <grpcpp/support/status.h>

#include <optional>

#include "cli/client_settings.h"
#include "cli/outcome.h"

namespace edgeplane::cli {

// No call can be made: a data directory was named, and it does not say where a
// server listens, most likely because none runs on it.
Outcome NoServer(const ClientSettings& settings);

// For a status that carries no reason of edgeplane's. Nothing where it is none of
// those that gRPC gives by itself.
std::optional<Outcome> Unanswered(const grpc::Status& status, const ClientSettings& settings);

}  // namespace edgeplane::cli
