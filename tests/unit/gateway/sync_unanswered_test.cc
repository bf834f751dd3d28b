// Syncs whose answer does not reach the agent: when the registry is told so, and
// when that can be spared.
#include <gtest/gtest.h>

#include "tests/unit/gateway/support/sync_fixture.h"

namespace edgeplane::gateway {
namespace {

using std::chrono::milliseconds;

class SyncUnansweredTest : public HttpSyncTest {};

TEST_F(SyncUnansweredTest, ARegistryThatDoesNotAnswerInTimeIsToldThatItWentNowhere) {
  Start([](GatewaySettings& s) { s.admit_timeout = milliseconds(200); });
  registry().OnSync([](const auto&) { return std::nullopt; });
  const HttpAnswer answer = client_->Post("/edge/sync", "{}");
  ExpectRefused(answer, 503, v1::REGISTRY_UNAVAILABLE);
  EXPECT_EQ(answer.header("Retry-After"), "5");
  const auto unanswered = registry().Await(IsUnanswered);
  ASSERT_TRUE(unanswered);
  EXPECT_EQ(unanswered->sync_unanswered().sync_id(), registry().syncs()[0].sync_id());
  EXPECT_EQ(unanswered->sync_unanswered().agent_id(), "luna1");
  EXPECT_GT(unanswered->sequence(), 0);
}

TEST_F(SyncUnansweredTest, ARegistryThatTurnsLoadAwayIsOverloaded) {
  Start();
  registry().FailCalls(v1::ErrorReason::SERVER_OVERLOADED);
  const HttpAnswer answer = client_->Post("/edge/sync", "{}");
  ExpectRefused(answer, 503, v1::OVERLOADED);
  EXPECT_NE(answer.header("Retry-After"), "");
  client_.emplace(gateway_->port());
  registry().FailCalls(v1::ErrorReason::STORE_UNAVAILABLE);
  ExpectRefused(client_->Post("/edge/sync", "{}"), 503, v1::REGISTRY_UNAVAILABLE);
}

TEST_F(SyncUnansweredTest, AnAnswerWithoutADecisionIsNone) {
  Start();
  Answer(v1::SyncResponse());
  ExpectRefused(client_->Post("/edge/sync", "{}"), 503, v1::REGISTRY_UNAVAILABLE);
  EXPECT_TRUE(registry().Await(IsUnanswered));
}

// The agent resets its connection while the registry decides: of the answer not one
// byte is written.
TEST_F(SyncUnansweredTest, CommandsForAnAgentThatHasGoneDoNotCountAsDelivered) {
  Start();
  HttpClient& client = *client_;
  registry().OnSync([&client](const auto&) {
    client.peer().Vanish();
    return WithCommands(1);
  });
  ASSERT_TRUE(client.Send(HttpClient::Request("POST", "/edge/sync", kAsLuna1, "{}")));
  const auto unanswered = registry().Await(IsUnanswered);
  ASSERT_TRUE(unanswered);
  EXPECT_EQ(unanswered->sync_unanswered().sync_id(), registry().syncs()[0].sync_id());
}

// One that reads a part of it has been handed something.
TEST_F(SyncUnansweredTest, AnAnswerThatIsHalfWrittenCountsAsDelivered) {
  Start([](GatewaySettings& s) { s.write_timeout = milliseconds(200); });
  client_.reset();
  HttpClient slow(gateway_->port(), /*small_receive_buffer=*/true);
  Answer(WithCommands(50, 60'000));
  ASSERT_TRUE(slow.Send(HttpClient::Request("POST", "/edge/sync", kAsLuna1, "{}")));
  ASSERT_TRUE(gateway_->AwaitMetric("edgeplane_sockets", 0));
  ExpectNoneUnanswered();
}

// Whoever turns a call away hands nothing out.
TEST_F(SyncUnansweredTest, WhatWasTurnedAwayNeedsNoTakingBack) {
  Start();
  for (const auto reason :
       {v1::ErrorReason::SERVER_OVERLOADED, v1::ErrorReason::STORE_UNAVAILABLE}) {
    registry().FailCalls(reason);
    client_.emplace(gateway_->port());
    EXPECT_EQ(client_->Post("/edge/sync", "{}").status, 503);
  }
  ExpectNoneUnanswered();
}

TEST_F(SyncUnansweredTest, WhatFailedInBetweenIsTakenBack) {
  Start();
  registry().FailCalls(v1::ErrorReason::STORE_IN_DOUBT);
  EXPECT_EQ(client_->Post("/edge/sync", "{}").status, 503);
  EXPECT_TRUE(registry().Await(IsUnanswered));
}

}  // namespace
}  // namespace edgeplane::gateway
