// What is answered to an HTTP request. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "edgeplane/v1/reason.pb.h"

namespace edgeplane::gateway {

// What the answer depends on besides the refusal itself.
struct AnsweredRequest {
  std::string_view allow = "GET";  // what the path takes
  bool is_head = false;            // then there is no content (RFC 9110, 9.3.2)
};

// The whole answer to a refused request, head and body. There is no Date header:
// answers that must not be told apart are equal byte for byte but for the
// refusal id. Ends the connection.
std::string RefusalAnswer(v1::Reason reason, int http_status, std::string_view refusal_id,
                          std::optional<std::chrono::seconds> retry_after,
                          const AnsweredRequest& request = {});

// Says that the body may come (RFC 9110, 10.1.1).
inline constexpr std::string_view kContinueAnswer = "HTTP/1.1 100 Continue\r\n\r\n";

// A JSON answer. `body` is the object's text.
std::string JsonAnswer(int http_status, std::string_view body, bool keep_alive);

}  // namespace edgeplane::gateway
