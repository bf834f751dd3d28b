#include "gateway/http_answer.h"

#include <boost/beast/http/status.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/reasons.h"

namespace edgeplane::gateway {

namespace {

namespace http = boost::beast::http;

// The machine word of the answer's body, by status.
std::string_view ErrorWord(int http_status) {
  switch (http_status) {
    case 400:
      return "bad_request";
    case 401:
      return "unauthorized";
    case 403:
      return "forbidden";
    case 404:
      return "not_found";
    case 405:
      return "method_not_allowed";
    case 408:
      return "request_timeout";
    case 413:
    case 414:
    case 431:
      return "too_large";
    case 426:
      return "upgrade_required";
    case 429:
      return "too_many_requests";
    default:
      return "unavailable";
  }
}

std::string StatusLine(int http_status) {
  return "HTTP/1.1 " + std::to_string(http_status) + ' ' +
         std::string(http::obsolete_reason(static_cast<http::status>(http_status))) + "\r\n";
}

// Headers that RFC 9110 wants beside a status (11.6.1, 10.2.1, 7.8, 15.5.22).
std::string StatusHeaders(int http_status, std::string_view allow) {
  switch (http_status) {
    case 401:
      return "WWW-Authenticate: Bearer\r\n";
    case 405:
      return "Allow: " + std::string(allow) + "\r\n";
    case 426:
      return "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
    default:
      return "";
  }
}

}  // namespace

std::string RefusalAnswer(v1::Reason reason, int http_status, std::string_view refusal_id,
                          std::optional<std::chrono::seconds> retry_after,
                          const AnsweredRequest& request) {
  const boost::json::object body = {{"error", ErrorWord(http_status)},
                                    {"message", TraitsOf(reason).public_message()},
                                    {"refusal_id", refusal_id}};
  const std::string text = boost::json::serialize(body);
  std::string answer = StatusLine(http_status);
  answer += "Content-Type: application/json\r\n";
  answer += "Content-Length: " + std::to_string(text.size()) + "\r\n";
  answer += "Cache-Control: no-store\r\n";
  answer += "X-Refusal-Id: " + std::string(refusal_id) + "\r\n";
  answer += StatusHeaders(http_status, request.allow);
  if (retry_after) answer += "Retry-After: " + std::to_string(retry_after->count()) + "\r\n";
  answer += http_status == 426 ? "Connection: Upgrade, close\r\n" : "Connection: close\r\n";
  answer += "\r\n";
  return request.is_head ? answer : answer + text;
}

std::string JsonAnswer(int http_status, std::string_view body, bool keep_alive) {
  std::string answer = StatusLine(http_status);
  answer += "Content-Type: application/json\r\n";
  answer += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  answer += "Cache-Control: no-store\r\n";
  answer += keep_alive ? "Connection: keep-alive\r\n" : "Connection: close\r\n";
  answer += "\r\n";
  answer += body;
  return answer;
}

}  // namespace edgeplane::gateway
