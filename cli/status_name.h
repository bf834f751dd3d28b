// gRPC's names for what became of a call.
#pragma once

#include <grpcpp/support/status.h>

#include <string>

namespace edgeplane::cli {

// "UNAVAILABLE"; "status 99" for a code that gRPC does not have.
std::string StatusName(grpc::StatusCode code);

}  // namespace edgeplane::cli
