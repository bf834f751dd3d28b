// "host:port" as people write it in settings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgeplane {

struct Endpoint {
  std::string host;  // an IPv4 or IPv6 address, without brackets
  uint16_t port = 0;
};

// "127.0.0.1:8080", "[::1]:8080", ":8080" (every address); names are not
// resolved here.
Result<Endpoint> ParseEndpoint(std::string_view text);
std::string FormatEndpoint(std::string_view host, uint16_t port);

}  // namespace edgeplane
