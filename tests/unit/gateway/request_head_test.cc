#include "gateway/request_head.h"

#include <gtest/gtest.h>

#include <string>

namespace edgeplane::gateway {
namespace {

using Found = std::variant<std::optional<size_t>, BadRequest>;

const std::string kPlain = "GET /edge/ws HTTP/1.1\r\nHost: gateway.test\r\n\r\n";

std::string With(const std::string& lines) {
  return "GET / HTTP/1.1\r\nHost: gateway.test\r\n" + lines + "\r\n";
}

std::optional<BadRequest> BadIn(const std::string& head, const HeadLimits& limits = {}) {
  const Found found = FindHeadEnd(head, limits);
  if (const auto* bad = std::get_if<BadRequest>(&found)) return *bad;
  if (!std::get<0>(found)) return std::nullopt;
  const auto parsed = ParseRequestHead(head.substr(0, *std::get<0>(found)), limits);
  if (const auto* bad = std::get_if<BadRequest>(&parsed)) return *bad;
  return std::nullopt;
}

HttpRequest Parsed(const std::string& head) {
  auto parsed = ParseRequestHead(head, {});
  EXPECT_TRUE(std::holds_alternative<HttpRequest>(parsed)) << std::get<BadRequest>(parsed).detail;
  return std::move(std::get<HttpRequest>(parsed));
}

#define EXPECT_MALFORMED(head, words)                                     \
  do {                                                                    \
    const auto bad = BadIn(head);                                         \
    ASSERT_TRUE(bad) << "was accepted";                                   \
    EXPECT_EQ(bad->reason, v1::MALFORMED_REQUEST);                        \
    EXPECT_EQ(bad->http_status, 400);                                     \
    EXPECT_NE(bad->detail.find(words), std::string::npos) << bad->detail; \
  } while (false)

TEST(RequestHead, AHeadThatArrivesByteByByteIsFoundWithItsLastByte) {
  for (size_t size = 0; size < kPlain.size(); ++size) {
    const Found found = FindHeadEnd(kPlain.substr(0, size), {});
    ASSERT_TRUE(std::holds_alternative<std::optional<size_t>>(found)) << size;
    EXPECT_FALSE(std::get<0>(found)) << size;
  }
  EXPECT_EQ(std::get<0>(FindHeadEnd(kPlain, {})), kPlain.size());
  EXPECT_EQ(std::get<0>(FindHeadEnd(kPlain + "the body", {})), kPlain.size());
}

TEST(RequestHead, ParsesWhatAgentsSend) {
  const HttpRequest request = Parsed(kPlain);
  EXPECT_EQ(request.method_string(), "GET");
  EXPECT_EQ(request.target(), "/edge/ws");
  EXPECT_EQ(request["host"], "gateway.test");
  EXPECT_EQ(ContentLength(request), 0U);
}

TEST(RequestHead, NamesTlsOnThePlainPort) {
  EXPECT_MALFORMED(std::string("\x16\x03\x01\x02\x00\x01\x00", 7), "TLS was spoken");
}

TEST(RequestHead, RefusesLinesThatEndWithoutCr) {
  EXPECT_MALFORMED("GET / HTTP/1.1\nHost: a\r\n\r\n", "LF without CR");
  EXPECT_MALFORMED("GET / HTTP/1.1\r\nHost: a\n\r\n\r\n", "LF without CR");
  EXPECT_MALFORMED("\nGET / HTTP/1.1\r\n", "LF without CR");
}

TEST(RequestHead, RefusesFoldedLines) {
  EXPECT_MALFORMED(With("X-One: a\r\n b\r\n"), "folded");
  EXPECT_MALFORMED(With("X-One: a\r\n\tb\r\n"), "folded");
}

TEST(RequestHead, WantsExactlyOneHost) {
  EXPECT_MALFORMED("GET / HTTP/1.1\r\n\r\n", "no Host");
  EXPECT_MALFORMED(With("Host: other.test\r\n"), "more than one Host");
  EXPECT_MALFORMED(With("host: gateway.test\r\n"), "more than one Host");
  EXPECT_FALSE(BadIn("GET / HTTP/1.0\r\n\r\n"));
}

TEST(RequestHead, RefusesEveryTransferEncoding) {
  EXPECT_MALFORMED(With("Transfer-Encoding: chunked\r\n"), "Transfer-Encoding");
  EXPECT_MALFORMED(With("Transfer-Encoding: identity\r\n"), "Transfer-Encoding");
  EXPECT_MALFORMED(With("transfer-encoding:\r\n"), "Transfer-Encoding");
}

TEST(RequestHead, WantsAtMostOneContentLengthAndANumber) {
  EXPECT_TRUE(BadIn(With("Content-Length: 1\r\nContent-Length: 1\r\n")));
  EXPECT_TRUE(BadIn(With("Content-Length: 1, 1\r\n")));
  EXPECT_TRUE(BadIn(With("Content-Length: -1\r\n")));
  EXPECT_TRUE(BadIn(With("Content-Length: +1\r\n")));
  EXPECT_TRUE(BadIn(With("Content-Length: 0x10\r\n")));
  EXPECT_TRUE(BadIn(With("Content-Length: 18446744073709551616\r\n")));
  EXPECT_EQ(ContentLength(Parsed(With("Content-Length: 1234\r\n"))), 1234U);
}

TEST(RequestHead, RefusesWhatIsNotHttp) {
  EXPECT_TRUE(BadIn("hello\r\n\r\n"));
  EXPECT_TRUE(BadIn("\r\n\r\n"));
  EXPECT_TRUE(BadIn("GET / HTTP/2.0\r\nHost: a\r\n\r\n"));
  EXPECT_TRUE(BadIn(With("No colon here\r\n")));
  EXPECT_TRUE(BadIn(With("Space : before\r\n")));
  EXPECT_TRUE(BadIn(With(std::string("X: \0\r\n", 6))));
}

TEST(RequestHead, LimitsTheUrl) {
  const HeadLimits limits{64, 256};
  const auto request = [](size_t url) {
    return "GET /" + std::string(url - 1, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n";
  };
  EXPECT_FALSE(BadIn(request(64), limits));
  const auto bad = BadIn(request(65), limits);
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->reason, v1::REQUEST_TOO_LARGE);
  EXPECT_EQ(bad->http_status, 414);
  // It does not take a complete line to see it.
  const Found early = FindHeadEnd("GET /" + std::string(200, 'a'), limits);
  ASSERT_TRUE(std::holds_alternative<BadRequest>(early));
  EXPECT_EQ(std::get<BadRequest>(early).http_status, 414);
}

TEST(RequestHead, LimitsTheHeaderBlock) {
  const HeadLimits limits{64, 256};
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  // "\r\nHost: a\r\nX: " is 14 bytes of the block.
  EXPECT_FALSE(BadIn(start + std::string(256 - 14, 'x') + "\r\n\r\n", limits));
  const auto bad = BadIn(start + std::string(257 - 14, 'x') + "\r\n\r\n", limits);
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->reason, v1::REQUEST_TOO_LARGE);
  EXPECT_EQ(bad->http_status, 431);
  const Found early = FindHeadEnd(start + std::string(300, 'x'), limits);
  ASSERT_TRUE(std::holds_alternative<BadRequest>(early));
  EXPECT_EQ(std::get<BadRequest>(early).http_status, 431);
}

TEST(RequestHead, LimitsAlikeHoweverTheBytesArrive) {
  const HeadLimits limits{64, 256};
  const std::string line = "GET /" + std::string(63, 'a') + " HTTP/1.1";
  const std::string head = line + "\r\nHost: a\r\nX: " + std::string(256 - 14, 'x') + "\r\n\r\n";
  ASSERT_FALSE(BadIn(head, limits));
  for (size_t size = 0; size < head.size(); ++size) {
    const Found found = FindHeadEnd(head.substr(0, size), limits);
    ASSERT_TRUE(std::holds_alternative<std::optional<size_t>>(found)) << size;
    EXPECT_FALSE(std::get<0>(found)) << size;
  }
}

TEST(RequestHead, ParsesTargets) {
  const auto target = ParseTarget("/edge/ws?edge_agent_id=a%2Db&x=1+2&flag&empty=&&y=%C3%A9#part");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/edge/ws");
  const std::vector<std::pair<std::string, std::string>> wanted = {
      {"edge_agent_id", "a-b"}, {"x", "1 2"}, {"flag", ""}, {"empty", ""}, {"y", "\xc3\xa9"}};
  EXPECT_EQ(target->query, wanted);
  EXPECT_EQ(ParseTarget("/edge%2Fws+x")->path, "/edge/ws+x");
}

TEST(RequestHead, RefusesTargetsThatAreNoPath) {
  for (const char* target : {"", "*", "edge/ws", "http://a/edge/ws", "/%", "/%4", "/%g0", "/?a=%",
                             "/?a=%f", "/?%zz=1"}) {
    EXPECT_FALSE(ParseTarget(target)) << target;
  }
}

TEST(RequestHead, FindsTokensInLists) {
  const HttpRequest request =
      Parsed(With("Connection: keep-alive, Upgrade\r\nUpgrade: foo\r\nUpgrade: WebSocket\r\n"));
  using boost::beast::http::field;
  EXPECT_TRUE(HasToken(request, field::connection, "upgrade"));
  EXPECT_TRUE(HasToken(request, field::upgrade, "websocket"));
  EXPECT_FALSE(HasToken(request, field::connection, "close"));
  EXPECT_FALSE(HasToken(request, field::expect, "upgrade"));
}

TEST(RequestHead, KnowsWhoWaitsToBeToldToGoOn) {
  EXPECT_TRUE(ExpectsContinue(Parsed(With("Expect: 100-Continue\r\n"))));
  EXPECT_FALSE(ExpectsContinue(Parsed(With("Expect: something\r\n"))));
  EXPECT_FALSE(ExpectsContinue(Parsed(With(""))));
  HttpRequest old = Parsed(With("Expect: 100-continue\r\n"));
  old.version(10);
  EXPECT_FALSE(ExpectsContinue(old));
}

}  // namespace
}  // namespace edgeplane::gateway
