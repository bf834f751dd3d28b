#include "gateway/upgrade_check.h"

#include <algorithm>
#include <array>
#include <boost/beast/core/string.hpp>
#include <string_view>

namespace edgeplane::gateway {

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr size_t kWebSocketKeyBytes = 24;

// What a proxy leaves behind: the operator has to know where to look.
std::string ProxyEvidence(const HttpRequest& request) {
  constexpr std::array<std::string_view, 5> kProxyHeaders = {"Via", "Forwarded", "X-Forwarded-For",
                                                             "X-Forwarded-Proto", "X-Real-IP"};
  std::string seen;
  for (const std::string_view name : kProxyHeaders) {
    if (request.count({name.data(), name.size()}) == 0) continue;
    seen += seen.empty() ? "" : ", ";
    seen += name;
  }
  if (!seen.empty()) {
    return " A proxy stands in between (" + seen +
           "): let it pass Upgrade and Connection on (nginx: proxy_http_version 1.1; "
           "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\";).";
  }
  if (request.version() < 11) {
    return " HTTP/1.0 is what proxies speak that know no WebSocket: look for one in between.";
  }
  if (request.count("Sec-WebSocket-Key") > 0) {
    return " Sec-WebSocket-Key is there, so the agent did ask for an upgrade, and something in "
           "between removed the rest.";
  }
  return " Nothing points to a proxy: this was an ordinary HTTP request.";
}

BadRequest HeadersMissing(const HttpRequest& request, const std::string& what) {
  return {v1::UPGRADE_HEADERS_MISSING, 426, what + ProxyEvidence(request)};
}

// scheme "://" host [":" port] (RFC 6454, 6.2) against the Host header: a page
// served from this very host, or a client library that always sends an Origin.
bool SameHost(std::string_view origin, std::string_view host) {
  const size_t scheme_end = origin.find("://");
  if (scheme_end == std::string_view::npos) return false;
  return beast::iequals(origin.substr(scheme_end + 3), host);
}

bool OriginAllowed(std::string_view origin, std::string_view host,
                   const std::vector<std::string>& allowed) {
  if (SameHost(origin, host)) return true;
  return std::any_of(allowed.begin(), allowed.end(), [origin](const std::string& one) {
    return one == "*" || beast::iequals(one, origin);
  });
}

}  // namespace

std::optional<BadRequest> CheckUpgrade(const HttpRequest& request,
                                       const std::vector<std::string>& allowed_origins) {
  if (request.version() < 11) {
    return HeadersMissing(request, "The request is HTTP/1.0, which has no upgrade.");
  }
  if (!HasToken(request, http::field::upgrade, "websocket")) {
    return HeadersMissing(request, "There is no Upgrade: websocket.");
  }
  if (!HasToken(request, http::field::connection, "upgrade")) {
    return HeadersMissing(request, "There is no Connection: Upgrade.");
  }
  if (request.count(http::field::sec_websocket_key) != 1) {
    return HeadersMissing(request, "There is not exactly one Sec-WebSocket-Key.");
  }
  // 16 bytes in base64 (RFC 6455, 4.1). Beast takes shorter ones too, but would
  // answer a longer one by itself, after the agent has been admitted.
  const size_t key_bytes = request[http::field::sec_websocket_key].size();
  if (key_bytes == 0 || key_bytes > kWebSocketKeyBytes) {
    return BadRequest{v1::MALFORMED_REQUEST, 400,
                      "The Sec-WebSocket-Key is not 16 bytes in base64 (RFC 6455, 4.1)."};
  }
  if (request[http::field::sec_websocket_version] != "13") {
    return BadRequest{v1::WEBSOCKET_VERSION, 426, ""};
  }
  if (request.count(http::field::origin) > 0 &&
      !OriginAllowed(request[http::field::origin], request[http::field::host], allowed_origins)) {
    return BadRequest{v1::ORIGIN_FORBIDDEN, 403, ""};
  }
  if (ContentLength(request) > 0) {
    return BadRequest{v1::MALFORMED_REQUEST, 400, "An upgrade request carries a body."};
  }
  return std::nullopt;
}

}  // namespace edgeplane::gateway
