// Requests for tests of the pure parts.
#pragma once

#include <string>

#include "gateway/request_head.h"

namespace edgeplane::gateway {

// An upgrade as agents ask for it; a test takes away or changes what it is about.
inline HttpRequest AnUpgrade() {
  using boost::beast::http::field;
  HttpRequest request;
  request.method(boost::beast::http::verb::get);
  request.target("/edge/ws?edge_agent_id=luna1");
  request.version(11);
  request.set(field::host, "gateway.test:8443");
  request.set(field::upgrade, "websocket");
  request.set(field::connection, "Upgrade");
  request.set(field::sec_websocket_key, "dGhlIHNhbXBsZSBub25jZQ==");
  request.set(field::sec_websocket_version, "13");
  return request;
}

}  // namespace edgeplane::gateway
