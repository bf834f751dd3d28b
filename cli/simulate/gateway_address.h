// Where agents connect.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/endpoints.h"

namespace edgeplane::simulate {

struct GatewayAddress {
  bool tls = true;
  std::string host;  // a name or an address, without brackets
  uint16_t port = 0;
  std::string path;  // what stands before /edge: empty, or "/prefix"
};

// SCHEME://HOST[:PORT][/PREFIX][/edge/ws] with ws, wss, http or https; the port is
// 80 or 443 unless given. INVALID_FIELD with what is wrong.
Result<GatewayAddress> ParseGatewayUrl(std::string_view url);

// The gateway of a server on this machine: its TLS listener, or the plain one
// where TLS is off. INVALID_FIELD where there is neither.
Result<GatewayAddress> LocalGateway(const cli::Endpoints& endpoints);

// "localhost:8443", "[::1]:8443"
std::string Authority(const GatewayAddress& address);
// "wss://localhost:8443/prefix"
std::string UrlOf(const GatewayAddress& address);

}  // namespace edgeplane::simulate
