#include "services/registry/acknowledger.h"

#include <gtest/gtest.h>

#include <string>

#include "services/registry/hmac_token.h"
#include "tests/unit/registry/polling_requests.h"

namespace edgeplane::registry {
namespace {

using storage::CommandState;
using Verdict = v1::AcknowledgeResponse;

class AcknowledgerTest : public testing::Test {
 protected:
  AcknowledgerTest() {
    h_.AddAgent("a");
    h_.AddAgent("b", std::string(64, 'b'));
  }
  const v1::AcknowledgeResponse& Acknowledge(const v1::AcknowledgeRequest& request) {
    response_.Clear();
    status_ = h_.acknowledger.Acknowledge(request, response_);
    return response_;
  }
  v1::AcknowledgeRequest Request(const std::string& command_id,
                                 v1::CommandAck::Outcome outcome = v1::CommandAck::COMPLETED) {
    return AcknowledgeOf("a", h_.clock.Now(), command_id, outcome);
  }
  std::string HandOut(int32_t max_deliveries = 0) {
    const std::string id = h_.Enqueue("a", max_deliveries);
    v1::SyncResponse response;
    EXPECT_TRUE(h_.syncer.Sync(SyncOf("a", h_.clock.Now()), response, NeverAbandoned).ok());
    return id;
  }
  bool Shows(const std::string& line) {
    return h_.metrics_registry.Render().find(line + "\n") != std::string::npos;
  }

  RegistryHarness h_;
  v1::AcknowledgeResponse response_;
  Status status_;
};

TEST_F(AcknowledgerTest, MovesTheCommand) {
  const std::string id = HandOut();
  int told = 0;
  const auto subscription = h_.signals.Subscribe(id, [&] { ++told; });
  h_.clock.Advance(std::chrono::seconds(3));
  v1::AcknowledgeRequest request = Request(id, v1::CommandAck::FAILED);
  request.set_status("failed");
  request.set_error("no paper");
  request.set_result_json(R"({"pages":0})");
  EXPECT_EQ(Acknowledge(request).verdict(), Verdict::APPLIED);
  EXPECT_EQ(response_.agent_id(), "a");
  const storage::Command command = *h_.store.GetCommand(id);
  EXPECT_EQ(command.state, CommandState::kFailed);
  EXPECT_EQ(command.error, "no paper");
  EXPECT_EQ(command.result_json, R"({"pages":0})");
  EXPECT_EQ(command.history.back().channel, storage::Channel::kHttp);
  EXPECT_EQ(command.history.back().time, h_.clock.Now());
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(Shows("edgeplane_commands_total{state=\"FAILED\"} 1"));
  EXPECT_TRUE(Shows("edgeplane_command_ack_seconds_sum 3"));
}

TEST_F(AcknowledgerTest, TheSameByNameIsInTheHistoryOnce) {
  const std::string id = HandOut();
  v1::AcknowledgeRequest request = Request(id);
  request.set_ordinal(4711);
  EXPECT_EQ(Acknowledge(request).verdict(), Verdict::APPLIED);
  const size_t steps = h_.store.GetCommand(id)->history.size();
  EXPECT_EQ(Acknowledge(request).verdict(), Verdict::APPLIED);
  EXPECT_EQ(h_.store.GetCommand(id)->history.size(), steps);
  EXPECT_TRUE(Shows("edgeplane_acks_rejected_total{verdict=\"already_applied\"} 1"));
  // Without a name, each is one of its own.
  request.set_ordinal(0);
  for (size_t i = 1; i <= 2; ++i) {
    EXPECT_EQ(Acknowledge(request).verdict(), Verdict::APPLIED);
    EXPECT_EQ(h_.store.GetCommand(id)->history.size(), steps + i);
  }
}

TEST_F(AcknowledgerTest, WhatTheConnectionDeliveredMayBeAnsweredHere) {
  const storage::Fence fence = h_.OpenSession("a");
  const std::string id = h_.Enqueue("a");
  const LinkedGatewayUnderTest gateway = h_.JoinedLink({{fence, {}}});
  EXPECT_EQ(h_.StateOf(id), CommandState::kDelivered);
  EXPECT_EQ(Acknowledge(Request(id)).verdict(), Verdict::APPLIED);
  EXPECT_EQ(h_.StateOf(id), CommandState::kCompleted);
}

TEST_F(AcknowledgerTest, SaysWhatCannotBeAcknowledged) {
  const std::string queued = h_.Enqueue("a");
  EXPECT_EQ(Acknowledge(Request(queued)).verdict(), Verdict::NOT_DELIVERED);
  EXPECT_EQ(Acknowledge(Request(NewUuid(h_.clock.Now()))).verdict(), Verdict::COMMAND_UNKNOWN);
  EXPECT_EQ(Acknowledge(Request(h_.Enqueue("b"))).verdict(), Verdict::COMMAND_UNKNOWN);
  EXPECT_TRUE(Shows("edgeplane_acks_rejected_total{verdict=\"not_delivered\"} 1"));
  EXPECT_TRUE(Shows("edgeplane_acks_rejected_total{verdict=\"unknown\"} 2"));
}

TEST_F(AcknowledgerTest, ATokenNamesItsAgent) {
  const std::string id = HandOut();
  v1::AcknowledgeRequest request = Request(id);
  request.mutable_caller()->clear_agent_id();
  request.mutable_caller()->set_bearer(
      MintToken(RegistryHarness::kSecret, {"a", "+15551234568", h_.clock.Now()}));
  EXPECT_EQ(Acknowledge(request).verdict(), Verdict::APPLIED);
  EXPECT_EQ(response_.agent_id(), "a");

  request.mutable_caller()->set_bearer(
      MintToken(std::string(64, 'x'), {"a", "+15551234568", h_.clock.Now()}));
  EXPECT_EQ(Acknowledge(request).refused().reason(), v1::TOKEN_SIGNATURE);
  EXPECT_EQ(response_.refused().agent_id(), "a");
  // Another agent, rightly: the command is not its own.
  request.mutable_caller()->set_bearer(MintToken(std::string(64, 'b'), {"b", "", h_.clock.Now()}));
  EXPECT_EQ(Acknowledge(request).verdict(), Verdict::COMMAND_UNKNOWN);
  EXPECT_EQ(response_.agent_id(), "b");
}

TEST_F(AcknowledgerTest, ARawSecretIsThatOfTheCommandsAgent) {
  const std::string id = HandOut();
  v1::AcknowledgeRequest request = Request(id);
  request.mutable_caller()->clear_agent_id();
  EXPECT_EQ(Acknowledge(request).verdict(), Verdict::APPLIED);
  EXPECT_EQ(response_.agent_id(), "a");
  EXPECT_EQ(h_.StateOf(id), CommandState::kCompleted);

  request.mutable_caller()->set_bearer(std::string(64, 'b'));
  EXPECT_EQ(Acknowledge(request).refused().reason(), v1::SECRET_MISMATCH);
  EXPECT_EQ(response_.refused().agent_id(), "a");
  EXPECT_EQ(response_.agent_id(), "");
}

// Outside it looks as if the secret were wrong; the operator is told.
TEST_F(AcknowledgerTest, ARawSecretAndAnUnknownCommandAreNobodys) {
  v1::AcknowledgeRequest request = Request(NewUuid(h_.clock.Now()));
  request.mutable_caller()->clear_agent_id();
  EXPECT_EQ(Acknowledge(request).refused().reason(), v1::AGENT_UNKNOWN);
  EXPECT_EQ(response_.refused().agent_id(), "");
  EXPECT_NE(response_.refused().detail().find(request.command_id()), std::string::npos);
  EXPECT_EQ(response_.refused().presented().fingerprint(),
            h_.vault.Fingerprint(RegistryHarness::kSecret));
}

TEST_F(AcknowledgerTest, IsRefusedAsAnUpgradeIs) {
  const std::string id = HandOut();
  v1::AcknowledgeRequest request = Request(id);
  request.mutable_caller()->set_bearer(std::string(64, 'x'));
  EXPECT_EQ(Acknowledge(request).refused().reason(), v1::SECRET_MISMATCH);
  EXPECT_EQ(response_.refused().agent_id(), "") << "the request says it";
  ASSERT_TRUE(h_.store.DisableAgent("a", "", h_.clock.Now()).ok());
  EXPECT_EQ(Acknowledge(Request(id)).refused().reason(), v1::AGENT_DISABLED);
  EXPECT_EQ(h_.StateOf(id), CommandState::kDelivered);
}

TEST_F(AcknowledgerTest, AStoreFailureIsNoAnswer) {
  const std::string id = HandOut();
  v1::AcknowledgeRequest request = Request(id);
  request.mutable_caller()->clear_agent_id();
  for (int64_t nth = 1; nth <= 3; ++nth) {  // the owner, the credentials, the step
    h_.store.FailOperation(nth, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
    EXPECT_EQ(Acknowledge(request).decision_case(), Verdict::DECISION_NOT_SET);
    ASSERT_FALSE(status_.ok());
    EXPECT_EQ(status_.error().code, v1::ErrorReason::STORE_UNAVAILABLE);
    EXPECT_EQ(h_.StateOf(id), CommandState::kDelivered);
  }
  EXPECT_EQ(Acknowledge(request).verdict(), Verdict::APPLIED);
}

TEST_F(AcknowledgerTest, ChecksTheRequest) {
  const auto expect_invalid = [this](void (*spoil)(v1::AcknowledgeRequest&)) {
    v1::AcknowledgeRequest request = Request(NewUuid(h_.clock.Now()));
    spoil(request);
    EXPECT_EQ(Acknowledge(request).decision_case(), Verdict::DECISION_NOT_SET);
    ASSERT_FALSE(status_.ok());
    EXPECT_EQ(status_.error().code, v1::ErrorReason::INVALID_FIELD);
  };
  using R = v1::AcknowledgeRequest;
  expect_invalid([](R& r) { r.clear_caller(); });
  expect_invalid([](R& r) { r.mutable_caller()->set_agent_id(std::string(129, 'a')); });
  expect_invalid([](R& r) { r.mutable_caller()->set_bearer(std::string(1025, 'b')); });
  expect_invalid([](R& r) { r.set_command_id("no uuid"); });
  expect_invalid([](R& r) { r.clear_outcome(); });
  expect_invalid([](R& r) { r.set_ordinal(-1); });
}

}  // namespace
}  // namespace edgeplane::registry
