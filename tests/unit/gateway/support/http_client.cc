#include "tests/unit/gateway/support/http_client.h"

#include <cstdlib>

namespace edgeplane::gateway {

std::string HttpClient::Request(std::string_view method, std::string_view target,
                                const Headers& headers, std::string_view body) {
  std::string request(method);
  request += ' ';
  request += target;
  request += " HTTP/1.1\r\nHost: gateway.test\r\n";
  for (const auto& [name, value] : headers) request += name + ": " + value + "\r\n";
  if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  request += "\r\n";
  return request.append(body);
}

HttpAnswer HttpClient::Receive(bool without_body) {
  HttpAnswer answer;
  answer.head = peer_.ReadRawUntil("\r\n\r\n");
  if (!answer.head.starts_with("HTTP/1.1 ")) return answer;
  answer.status = std::atoi(answer.head.substr(9, 3).c_str());
  size_t at = answer.head.find("\r\n") + 2;
  for (size_t end; (end = answer.head.find("\r\n", at)) != at; at = end + 2) {
    const std::string line = answer.head.substr(at, end - at);
    const size_t colon = line.find(": ");
    answer.headers[line.substr(0, colon)] = line.substr(colon + 2);
  }
  if (without_body) return answer;
  const auto length = static_cast<size_t>(std::atoi(answer.header("Content-Length").c_str()));
  while (answer.body.size() < length) {
    const std::string more = peer_.ReadRaw(length - answer.body.size());
    if (more.empty()) break;
    answer.body += more;
  }
  return answer;
}

HttpAnswer HttpClient::Call(std::string_view method, std::string_view target,
                            const Headers& headers, std::string_view body) {
  if (!Send(Request(method, target, headers, body))) return {};
  return Receive(method == "HEAD");
}

HttpAnswer HttpClient::Post(std::string_view target, std::string_view body) {
  return Call("POST", target, kAsLuna1, body);
}

}  // namespace edgeplane::gateway
