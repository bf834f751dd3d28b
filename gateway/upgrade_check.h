// Is this request a WebSocket upgrade (RFC 6455, 4.2.1) edgeplane takes? Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/request_head.h"

namespace edgeplane::gateway {

// Nothing when it is; that the method is GET, routing has seen to. `allowed_origins`
// besides the request's own host; "*" is any.
std::optional<BadRequest> CheckUpgrade(const HttpRequest& request,
                                       const std::vector<std::string>& allowed_origins);

}  // namespace edgeplane::gateway
