// An HTTP/1.x request head (RFC 9112), read strictly: Beast's parser, with the
// checks it leaves out. Pure: bytes in, a head or a reason out.
#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/message.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "edgeplane/v1/reason.pb.h"

namespace edgeplane::gateway {

using HttpRequest = boost::beast::http::request<boost::beast::http::empty_body>;

struct HeadLimits {
  size_t url_bytes_max = 2 * 1024;
  size_t header_bytes_max = 8 * 1024;
  // What has to be read at most to know that a limit is passed.
  [[nodiscard]] size_t head_bytes_max() const { return url_bytes_max + header_bytes_max + 68; }
};

// Why a request cannot be taken; `detail` is a sentence for the operator and
// never holds what the peer sent.
struct BadRequest {
  v1::Reason reason;
  int http_status;
  std::string detail;
};

// Where the head ends in `data` (the offset behind the empty line), or nothing
// as long as it is not complete, or why it will never be one.
std::variant<std::optional<size_t>, BadRequest> FindHeadEnd(std::string_view data,
                                                            const HeadLimits& limits);

// `head` up to and with the empty line.
std::variant<HttpRequest, BadRequest> ParseRequestHead(std::string_view head,
                                                       const HeadLimits& limits);

// A request target in origin form (RFC 9112, 3.2.1), percent-decoded.
struct Target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
};
std::optional<Target> ParseTarget(std::string_view target);

// The value of Content-Length; 0 where there is none. Heads that passed
// ParseRequestHead have at most one, and it is a number.
uint64_t ContentLength(const HttpRequest& request);

// Does the client hold its body back until it is told to go on (RFC 9110, 10.1.1)?
bool ExpectsContinue(const HttpRequest& request);

// Does a comma-separated list header (RFC 9110, 5.6.1) hold this token?
bool HasToken(const HttpRequest& request, boost::beast::http::field field, std::string_view token);

}  // namespace edgeplane::gateway
