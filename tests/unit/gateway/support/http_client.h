// HTTP as agents and operators speak it to the gateway, over an AgentClient's
// bytes.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/unit/gateway/support/agent_client.h"

namespace edgeplane::gateway {

struct HttpAnswer {
  int status = 0;                              // 0: the connection ended without an answer
  std::string head;                            // as received
  std::map<std::string, std::string> headers;  // by name, as received
  std::string body;
  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found != headers.end() ? found->second : "";
  }
};

class HttpClient {
 public:
  explicit HttpClient(uint16_t port, bool small_receive_buffer = false)
      : peer_(port, small_receive_buffer) {}

  using Headers = std::vector<std::pair<std::string, std::string>>;
  // Host, and a Content-Length where there is a body, come along.
  static std::string Request(std::string_view method, std::string_view target,
                             const Headers& headers, std::string_view body = "");

  bool Send(std::string_view bytes) { return peer_.WriteRaw(bytes); }
  HttpAnswer Receive(bool without_body = false);
  // One request and its answer.
  HttpAnswer Call(std::string_view method, std::string_view target, const Headers& headers,
                  std::string_view body = "");
  // As an agent that is luna1.
  HttpAnswer Post(std::string_view target, std::string_view body);

  // Has the server ended the connection, in order, and without a further byte?
  bool Ended() { return peer_.ReadRawToEnd() == ""; }
  AgentClient& peer() { return peer_; }

 private:
  AgentClient peer_;
};

inline const HttpClient::Headers kAsLuna1 = {{"Authorization", "Bearer secret-of-the-agent"},
                                             {"X-Edge-Agent-Id", "luna1"}};
inline const HttpClient::Headers kWithoutId = {{"Authorization", "Bearer secret-of-the-agent"}};

}  // namespace edgeplane::gateway
