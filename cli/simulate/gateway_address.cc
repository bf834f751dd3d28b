#include "cli/simulate/gateway_address.h"

#include <array>
#include <charconv>
#include <optional>

#include "base/endpoint.h"

namespace edgeplane::simulate {
namespace {

constexpr size_t kUrlMax = 1024;
constexpr std::string_view kSocketPath = "/edge/ws";

struct Scheme {
  std::string_view name;
  bool tls;
};
constexpr std::array<Scheme, 4> kSchemes = {
    {{"ws://", false}, {"http://", false}, {"wss://", true}, {"https://", true}}};

Error Wrong(const std::string& what) {
  return MakeError(v1::ErrorReason::INVALID_FIELD,
                   what + "; write it as wss://HOST:PORT (or ws, https, http)");
}

bool IsPlain(std::string_view text, std::string_view also) {
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && also.find(c) == std::string_view::npos) return false;
  }
  return true;
}

std::optional<uint16_t> ReadPort(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// "host", "host:port", "[v6]:port" into `address`; false when it is none of
// those.
bool ReadAuthority(std::string_view text, GatewayAddress& address) {
  std::string_view port;
  if (text.starts_with('[')) {
    const size_t end = text.find(']');
    if (end == std::string_view::npos || !IsPlain(text.substr(1, end - 1), ":.%")) return false;
    address.host = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && !rest.starts_with(':')) return false;
    port = rest;
  } else {
    const size_t colon = text.find(':');
    address.host = text.substr(0, colon);
    if (!IsPlain(address.host, "._-")) return false;
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  if (!port.empty()) {
    const std::optional<uint16_t> number = ReadPort(port.substr(1));
    if (!number) return false;
    address.port = *number;
  }
  return !address.host.empty();
}

}  // namespace

Result<GatewayAddress> ParseGatewayUrl(std::string_view url) {
  if (url.size() > kUrlMax) return Wrong("the gateway's URL is too long");
  for (const Scheme& scheme : kSchemes) {
    if (!url.starts_with(scheme.name)) continue;
    url.remove_prefix(scheme.name.size());
    GatewayAddress address;
    address.tls = scheme.tls;
    address.port = scheme.tls ? 443 : 80;
    const size_t slash = url.find('/');
    if (!ReadAuthority(url.substr(0, slash), address)) {
      return Wrong("the gateway's URL has no host, or a port that is none");
    }
    if (slash != std::string_view::npos) address.path = url.substr(slash);
    if (address.path.ends_with(kSocketPath)) {
      address.path.resize(address.path.size() - kSocketPath.size());
    }
    while (address.path.ends_with('/')) address.path.pop_back();
    if (!IsPlain(address.path, "/._~-%")) {
      return Wrong("the gateway's URL has a path that agents cannot ask for");
    }
    return address;
  }
  return Wrong("the gateway is given as a URL");
}

Result<GatewayAddress> LocalGateway(const cli::Endpoints& endpoints) {
  GatewayAddress address;
  address.tls = !endpoints.tls_listen.empty();
  const std::string& text = address.tls ? endpoints.tls_listen : endpoints.listen;
  const Result<Endpoint> endpoint = ParseEndpoint(text);
  if (!endpoint.ok() || endpoint->port == 0) {
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     "endpoints.json names no listener for agents; give --gateway URL");
  }
  // Whoever listens everywhere is here too.
  address.host = endpoint->host;
  if (address.host == "::") address.host = "::1";
  if (address.host == "0.0.0.0") address.host = "127.0.0.1";
  address.port = endpoint->port;
  return address;
}

std::string Authority(const GatewayAddress& address) {
  return FormatEndpoint(address.host, address.port);
}

std::string UrlOf(const GatewayAddress& address) {
  return (address.tls ? "wss://" : "ws://") + Authority(address) + address.path;
}

}  // namespace edgeplane::simulate
