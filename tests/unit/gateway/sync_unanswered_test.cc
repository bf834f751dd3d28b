// Syncs whose answer does not reach the agent: when the registry is told so, and
// when that can be spared.
#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <future>

#include "gateway/gateway_metrics.h"
#include "gateway/link_outbox.h"
#include "tests/support/temporary_directory.h"
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

// --- the client alone ---

class RegistryClientTest : public testing::Test {
 protected:
  NoDecision Sync(RegistryClient& client) {
    std::promise<SyncAnswer> answer;
    client.Sync({"luna1", Secret::CopyOf("secret-of-the-agent"), "127.0.0.1:1"}, {}, kPatience,
                [&](SyncAnswer given) { answer.set_value(std::move(given)); });
    return std::get<NoDecision>(answer.get_future().get());
  }

  SystemClock clock_;
  MetricsRegistry pages_;
  GatewayMetrics metrics_{pages_};
};

TEST_F(RegistryClientTest, ACallThatNeverLeftHasDoneNothing) {
  TemporaryDirectory directory;
  const std::string nobody = "unix:" + (directory.path() / "nobody").string();
  RegistryClient client("gateway-1",
                        grpc::CreateChannel(nobody, grpc::InsecureChannelCredentials()), clock_,
                        metrics_);
  const NoDecision none = Sync(client);
  EXPECT_EQ(none.reason, v1::REGISTRY_UNAVAILABLE);
  EXPECT_FALSE(none.may_have_acted) << none.detail;
}

// As many as a fleet fails with while there is no registry: sessions are still
// heard.
TEST_F(RegistryClientTest, UnansweredSyncsLeaveRoomForWhatMustBeTold) {
  ScriptedRegistry registry;
  registry.BreakLink(/*refuse_new=*/true);
  RegistryClient client("gateway-1", registry.channel(), clock_, metrics_);
  client.Start();
  for (size_t i = 0; i < LinkOutbox::kReportsMax; ++i) client.SyncUnanswered("luna1", "a sync");
  EXPECT_FALSE(client.Congested());
  EXPECT_NE(pages_.Render().find("edgeplane_reports_dropped_total{kind=\"sync_unanswered\"} 32767"),
            std::string::npos);
}

}  // namespace
}  // namespace edgeplane::gateway
