// Errors of the domain as gRPC statuses.
#pragma once

#include <grpcpp/support/status.h>

#include "base/result.h"

namespace edgeplane::rpc {

// The code is the reason's trait; the details hold a google.rpc.ErrorInfo and,
// where there are violations, a google.rpc.BadRequest.
grpc::Status ToGrpcStatus(const Error& error);

}  // namespace edgeplane::rpc
