// What a peer may send before anything is known of it: the head, the target, the
// upgrade's headers, the credentials.
#include <string>
#include <string_view>

#include "gateway/credentials.h"
#include "gateway/request_head.h"
#include "gateway/upgrade_check.h"
#include "tests/fuzz/check.h"

namespace {

using namespace edgeplane::gateway;

constexpr HeadLimits kLimits{512, 2048};

void CheckRequest(const HttpRequest& request) {
  FUZZ_CHECK(request.target().size() <= kLimits.url_bytes_max);
  FUZZ_CHECK(request.count(boost::beast::http::field::transfer_encoding) == 0);
  FUZZ_CHECK(request.count(boost::beast::http::field::host) <= 1);
  FUZZ_CHECK(request.count(boost::beast::http::field::content_length) <= 1);
  (void)ContentLength(request);
  (void)CheckUpgrade(request, {"https://console.test"});

  const auto target = ParseTarget({request.target().data(), request.target().size()});
  if (!target) return;
  const auto read = ReadCredentials(request, *target);
  if (const auto* credentials = std::get_if<Credentials>(&read)) {
    FUZZ_CHECK(IsAgentId(credentials->agent_id));
    const std::string_view bearer = credentials->bearer.Reveal();
    FUZZ_CHECK(!bearer.empty() && bearer.size() <= 1024);
    for (const char c : bearer) FUZZ_CHECK(c >= 0x20 && c <= 0x7e);
    return;
  }
  const auto& bad = std::get<BadCredentials>(read);
  FUZZ_CHECK(bad.bad.http_status == 400 || bad.bad.http_status == 401);
  FUZZ_CHECK(bad.claimed_agent_id == Presentable(bad.claimed_agent_id));
}

// Where the head ends must not depend on how the bytes came in.
void CheckArrival(std::string_view bytes, std::optional<size_t> end) {
  for (size_t size = 0; size < bytes.size(); size += 1 + size / 8) {
    const auto found = FindHeadEnd(bytes.substr(0, size), kLimits);
    const auto* early = std::get_if<std::optional<size_t>>(&found);
    if (!end) continue;
    FUZZ_CHECK(early != nullptr);
    FUZZ_CHECK(early->has_value() == (size >= *end));
    if (*early) FUZZ_CHECK(**early == *end);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto found = FindHeadEnd(bytes, kLimits);
  if (std::holds_alternative<BadRequest>(found)) {
    // Refused early or late, but never taken after all.
    FUZZ_CHECK(!std::get<BadRequest>(found).detail.empty());
    return 0;
  }
  const std::optional<size_t> end = std::get<std::optional<size_t>>(found);
  CheckArrival(bytes, end);
  if (!end) {
    FUZZ_CHECK(size <= kLimits.head_bytes_max() + 4);
    return 0;
  }
  FUZZ_CHECK(*end <= size);
  const auto parsed = ParseRequestHead(bytes.substr(0, *end), kLimits);
  if (const auto* request = std::get_if<HttpRequest>(&parsed)) CheckRequest(*request);
  return 0;
}
