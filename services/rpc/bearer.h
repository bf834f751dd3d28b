// The `authorization` metadata of a call.
#pragma once

#include <string_view>

namespace edgeplane::rpc {

// The token of "Bearer TOKEN", of at most 256 bytes; empty for anything else. The
// scheme is taken in any case (RFC 9110, 11.1).
std::string_view BearerOf(std::string_view authorization);

}  // namespace edgeplane::rpc
