#include "gateway/http_answer.h"

#include <gtest/gtest.h>

#include "base/reasons.h"

namespace edgeplane::gateway {
namespace {

constexpr char kId[] = "0191f6a2-7c4b-7000-8000-0123456789ab";

bool Holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(HttpAnswer, TheWholeAnswerToAStranger) {
  EXPECT_EQ(RefusalAnswer(v1::SECRET_MISMATCH, 401, kId, std::nullopt),
            "HTTP/1.1 401 Unauthorized\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: 126\r\n"
            "Cache-Control: no-store\r\n"
            "X-Refusal-Id: 0191f6a2-7c4b-7000-8000-0123456789ab\r\n"
            "WWW-Authenticate: Bearer\r\n"
            "Connection: close\r\n"
            "\r\n"
            R"({"error":"unauthorized","message":"The agent could not be authenticated.",)"
            R"("refusal_id":"0191f6a2-7c4b-7000-8000-0123456789ab"})");
}

// Whoever is no agent must not learn which of these it was.
TEST(HttpAnswer, AdmissionsThatFailAreAlikeByteForByte) {
  const std::string one = RefusalAnswer(v1::AGENT_UNKNOWN, 401, kId, std::nullopt);
  for (const v1::Reason reason :
       {v1::SECRET_MISMATCH, v1::SECRET_RETIRED, v1::TOKEN_MALFORMED, v1::TOKEN_SIGNATURE,
        v1::TOKEN_SUBJECT, v1::TOKEN_EXPIRED, v1::TOKEN_FROM_FUTURE}) {
    EXPECT_EQ(RefusalAnswer(reason, 401, kId, std::nullopt), one) << v1::Reason_Name(reason);
  }
}

TEST(HttpAnswer, EveryReasonHasAWellFormedAnswer) {
  const auto* reasons = v1::Reason_descriptor();
  for (int i = 0; i < reasons->value_count(); ++i) {
    const auto reason = static_cast<v1::Reason>(reasons->value(i)->number());
    for (const int status : TraitsOf(reason).http_status()) {
      const std::string answer = RefusalAnswer(reason, status, kId, std::chrono::seconds(7));
      const size_t end = answer.find("\r\n\r\n");
      ASSERT_NE(end, std::string::npos);
      EXPECT_EQ(answer.find("HTTP/1.1 " + std::to_string(status) + ' '), 0U);
      EXPECT_FALSE(Holds(answer, "Unknown")) << answer;
      const std::string body = answer.substr(end + 4);
      EXPECT_TRUE(Holds(answer, "Content-Length: " + std::to_string(body.size()) + "\r\n"));
      EXPECT_TRUE(Holds(body, TraitsOf(reason).public_message()));
      EXPECT_TRUE(Holds(answer, "\r\nRetry-After: 7\r\n"));
      EXPECT_EQ(Holds(answer, "WWW-Authenticate: Bearer"), status == 401);
      EXPECT_EQ(Holds(answer, "Sec-WebSocket-Version: 13"), status == 426);
      EXPECT_EQ(Holds(answer, "Allow: GET"), status == 405);
      EXPECT_TRUE(Holds(answer, "close\r\n"));
    }
  }
}

TEST(HttpAnswer, NamesTheMethodThePathTakes) {
  const std::string answer =
      RefusalAnswer(v1::METHOD_NOT_ALLOWED, 405, kId, std::nullopt, {.allow = "POST"});
  EXPECT_TRUE(Holds(answer, "\r\nAllow: POST\r\n")) << answer;
}

TEST(HttpAnswer, ToHeadHasTheLengthAndNotTheContent) {
  const std::string whole = RefusalAnswer(v1::METHOD_NOT_ALLOWED, 405, kId, std::nullopt);
  const std::string head =
      RefusalAnswer(v1::METHOD_NOT_ALLOWED, 405, kId, std::nullopt, {.is_head = true});
  EXPECT_EQ(head, whole.substr(0, whole.find("\r\n\r\n") + 4));
}

TEST(HttpAnswer, JsonKeepsTheConnectionWhereAsked) {
  EXPECT_EQ(JsonAnswer(200, R"({"status":"healthy"})", true),
            "HTTP/1.1 200 OK\r\n"
            "Content-Type: application/json\r\n"
            "Content-Length: 20\r\n"
            "Cache-Control: no-store\r\n"
            "Connection: keep-alive\r\n"
            "\r\n"
            R"({"status":"healthy"})");
  EXPECT_TRUE(Holds(JsonAnswer(503, "{}", false), "503 Service Unavailable\r\n"));
  EXPECT_TRUE(Holds(JsonAnswer(503, "{}", false), "\r\nConnection: close\r\n"));
}

}  // namespace
}  // namespace edgeplane::gateway
