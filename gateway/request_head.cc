#include "gateway/request_head.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <charconv>
#include <limits>

namespace edgeplane::gateway {

namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

BadRequest Malformed(std::string detail) { return {v1::MALFORMED_REQUEST, 400, std::move(detail)}; }

BadRequest UrlTooLong(const HeadLimits& limits) {
  return {v1::REQUEST_TOO_LARGE, 414,
          "The URL is longer than max-url-bytes (" + std::to_string(limits.url_bytes_max) + ")."};
}

BadRequest HeadersTooLong(const HeadLimits& limits) {
  return {v1::REQUEST_TOO_LARGE, 431,
          "The header block is larger than max-header-bytes (" +
              std::to_string(limits.header_bytes_max) + ")."};
}

std::optional<BadRequest> CheckHost(const HttpRequest& request) {
  const auto count = request.count(http::field::host);
  if (count > 1) return Malformed("There is more than one Host header (RFC 9112, 3.2).");
  if (count == 0 && request.version() >= 11) {
    return Malformed("There is no Host header (RFC 9112, 3.2).");
  }
  return std::nullopt;
}

std::optional<BadRequest> CheckFraming(const HttpRequest& request) {
  if (request.count(http::field::transfer_encoding) > 0) {
    return Malformed("There is a Transfer-Encoding; bodies are taken with a Content-Length only.");
  }
  const auto count = request.count(http::field::content_length);
  if (count > 1) return Malformed("There is more than one Content-Length header.");
  if (count == 1) {
    const std::string_view text = request[http::field::content_length];
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
      return Malformed("The Content-Length is not a number.");
    }
  }
  return std::nullopt;
}

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> PercentDecode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded.push_back(' ');
    } else if (text[i] != '%') {
      decoded.push_back(text[i]);
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexValue(text[i + 1]);
      const int low = HexValue(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return decoded;
}

}  // namespace

std::variant<std::optional<size_t>, BadRequest> FindHeadEnd(std::string_view data,
                                                            const HeadLimits& limits) {
  if (!data.empty() && data[0] == '\x16') {
    return Malformed("TLS was spoken to the plain port: use the TLS port, or ws:// and http://.");
  }
  const size_t end = data.find("\r\n\r\n");
  const std::string_view head = data.substr(0, end == std::string_view::npos ? data.size() : end);
  for (size_t i = head.find('\n'); i != std::string_view::npos; i = head.find('\n', i + 1)) {
    if (i == 0 || head[i - 1] != '\r') {
      return Malformed("A line ends in LF without CR (RFC 9112, 2.2).");
    }
    // obs-fold (RFC 9112, 5.2): Beast would join the lines.
    if (i + 1 < head.size() && (head[i + 1] == ' ' || head[i + 1] == '\t')) {
      return Malformed("A header line is folded (RFC 9112, 5.2).");
    }
  }
  const size_t line_end = std::min(head.find("\r\n"), head.size());
  // What has come may end in a part of the empty line, which the limits do not count.
  const size_t part = end == std::string_view::npos ? 3 : 0;
  // The method, two spaces and the version come to fewer than 64 bytes.
  if (line_end > limits.url_bytes_max + 64 + part) return UrlTooLong(limits);
  if (head.size() - line_end > limits.header_bytes_max + part) return HeadersTooLong(limits);
  if (end == std::string_view::npos) return std::optional<size_t>();
  return std::optional<size_t>(end + 4);
}

std::variant<HttpRequest, BadRequest> ParseRequestHead(std::string_view head,
                                                       const HeadLimits& limits) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(static_cast<uint32_t>(limits.head_bytes_max()));
  // Bodies are none of this parser's business; their limit is checked elsewhere.
  parser.body_limit(boost::none);
  parser.eager(false);
  beast::error_code ec;
  parser.put(boost::asio::buffer(head.data(), head.size()), ec);
  if (ec == http::error::need_more) ec = {};
  if (ec == http::error::header_limit) return HeadersTooLong(limits);
  if (ec) return Malformed("The request head does not parse: " + ec.message() + ".");
  if (!parser.is_header_done()) return Malformed("The request head is not complete.");
  HttpRequest request = parser.release();
  if (request.target().size() > limits.url_bytes_max) return UrlTooLong(limits);
  if (auto bad = CheckHost(request)) return *std::move(bad);
  if (auto bad = CheckFraming(request)) return *std::move(bad);
  return request;
}

std::optional<Target> ParseTarget(std::string_view target) {
  if (target.empty() || target[0] != '/') return std::nullopt;
  target = target.substr(0, target.find('#'));
  const size_t question = target.find('?');
  const auto path = PercentDecode(target.substr(0, question), false);
  if (!path) return std::nullopt;
  Target result{*path, {}};
  if (question == std::string_view::npos) return result;
  std::string_view rest = target.substr(question + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    const auto name = PercentDecode(pair.substr(0, equals), true);
    const auto value = equals == std::string_view::npos
                           ? std::optional<std::string>("")
                           : PercentDecode(pair.substr(equals + 1), true);
    if (!name || !value) return std::nullopt;
    result.query.emplace_back(*name, *value);
  }
  return result;
}

uint64_t ContentLength(const HttpRequest& request) {
  const std::string_view text = request[http::field::content_length];
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool ExpectsContinue(const HttpRequest& request) {
  // HTTP/1.0 knows no interim answers.
  return request.version() >= 11 && HasToken(request, http::field::expect, "100-continue");
}

bool HasToken(const HttpRequest& request, http::field field, std::string_view token) {
  const auto [first, last] = request.equal_range(field);
  return std::any_of(first, last, [token](const auto& header) {
    return http::token_list(header.value()).exists(token);
  });
}

}  // namespace edgeplane::gateway
