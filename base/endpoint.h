// "host:port" as people write it in settings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgeplane {

struct Endpoint {
  std::string host;  // an IPv4 or IPv6 address, without brackets; or a name
  uint16_t port = 0;
};

// "127.0.0.1:8080", "[::1]:8080", ":8080" (every address); names are not
// resolved here.
Result<Endpoint> ParseEndpoint(std::string_view text);
// Where to connect: an address as above, or "host.example:8080", a name of at most 253
// letters, digits, hyphens, underscores and dots that does not end in a number (RFC 1123,
// section 2.1; underscores as resolvers take them); with a port from 1.
Result<Endpoint> ParseTarget(std::string_view text);
// Whether a host is a name, which has to be resolved.
bool IsName(std::string_view host);
std::string FormatEndpoint(std::string_view host, uint16_t port);

// INTERNAL: the address reads well, and the system does not give it. Whoever knows
// which setting the address came from recognizes it and says so.
Error CannotListen(std::string_view address, std::string_view why);
bool IsCannotListen(const Error& error);

}  // namespace edgeplane
