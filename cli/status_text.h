// What gRPC's statuses say, in words for a terminal.
#pragma once

#include <grpcpp/support/status.h>

#include <string>
#include <string_view>

namespace edgeplane::cli {

// "UNAVAILABLE"; "status 99" for a code that gRPC does not have.
std::string StatusName(grpc::StatusCode code);

// A server's sentence: escaped, as it may hold an agent's words, and cut, as it
// may be of any length.
std::string Clean(std::string_view text);

// The status's message. A bare status word, which gRPC puts where nothing was
// said, is spelt out.
std::string Said(const grpc::Status& status);

}  // namespace edgeplane::cli
