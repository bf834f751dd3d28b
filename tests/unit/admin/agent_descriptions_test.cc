#include "services/admin/agent_descriptions.h"

#include <gtest/gtest.h>

#include <string>

#include "base/crypto.h"
#include "base/uuid.h"
#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

using v1::ErrorReason;

constexpr char kToken[] = "ep_the-operator";

class AgentDescriptionsTest : public DomainTest {
 protected:
  AgentDescriptionsTest() {
    EXPECT_TRUE(store_.PutAdminToken({"test", Sha256(kToken), "admin", Time()}).ok());
    EXPECT_TRUE(store_.PutAdminToken({"other", Sha256("ep_viewer"), "viewer", Time()}).ok());
    EXPECT_TRUE(auth_.Load(store_).ok());
  }

  void Refuse(const std::string& agent_id, v1::Reason reason) {
    clock_.Advance(std::chrono::seconds(1));
    storage::Refusal refusal;
    refusal.refusal_id = NewUuid(clock_.Now());
    refusal.reason = reason;
    refusal.agent_id = agent_id;
    refusal.create_time = clock_.Now();
    refusal.last_time = clock_.Now();
    EXPECT_TRUE(store_.RecordRefusals({refusal}).ok());
  }

  AdminAuth auth_;
  AdminMetrics admin_metrics_{metrics_registry_};
  AgentDescriptions descriptions_{auth_, admin_metrics_, store_};
};

TEST_F(AgentDescriptionsTest, TellsTheAgentItsQueueAndItsLastRefusal) {
  CreateAgent("a");
  SendCommand("a");
  SendCommand("a");
  Deliver("a");
  SendCommand("a");
  Refuse("a", v1::SECRET_MISMATCH);
  Refuse("a", v1::TOKEN_EXPIRED);
  Refuse("b", v1::AGENT_UNKNOWN);
  const auto described = descriptions_.Describe(kToken, "a");
  ASSERT_TRUE(described.ok()) << described.error().message;
  EXPECT_EQ(described->agent().agent_id(), "a");
  EXPECT_TRUE(described->agent().has_session());
  EXPECT_EQ(described->last_refusal().reason(), v1::TOKEN_EXPIRED);
  EXPECT_FALSE(described->last_refusal().sentence().empty());
  EXPECT_EQ(described->queued_commands(), 1);
  EXPECT_EQ(described->commands_in_flight(), 2);
}

TEST_F(AgentDescriptionsTest, AnAgentWithNothingHasNothing) {
  CreateAgent("a");
  const auto described = descriptions_.Describe(kToken, "a");
  ASSERT_TRUE(described.ok());
  EXPECT_FALSE(described->has_last_refusal());
  EXPECT_EQ(described->queued_commands(), 0);
  EXPECT_EQ(described->commands_in_flight(), 0);
}

// Whoever has no token learns nothing of which agents there are.
TEST_F(AgentDescriptionsTest, TheTokenComesFirst) {
  CreateAgent("a");
  for (const std::string agent_id : {"a", "ghost", "../etc"}) {
    EXPECT_EQ(CodeOf(descriptions_.Describe("ep_wrong", agent_id)), ErrorReason::TOKEN_REQUIRED);
    EXPECT_EQ(CodeOf(descriptions_.Describe("", agent_id)), ErrorReason::TOKEN_REQUIRED);
    EXPECT_EQ(CodeOf(descriptions_.Describe("Bearer ep_the-operator", agent_id)),
              ErrorReason::TOKEN_REQUIRED);
    EXPECT_EQ(CodeOf(descriptions_.Describe("ep_viewer", agent_id)),
              ErrorReason::ROLE_INSUFFICIENT);
  }
  const std::string text = metrics_registry_.Render();
  EXPECT_NE(text.find("edgeplane_admin_auth_failures_total 12\n"), std::string::npos) << text;
  EXPECT_EQ(CodeOf(descriptions_.Describe(kToken, "ghost")), ErrorReason::AGENT_NOT_FOUND);
  EXPECT_EQ(CodeOf(descriptions_.Describe(kToken, "../etc")), ErrorReason::AGENT_NOT_FOUND);
}

TEST_F(AgentDescriptionsTest, AFailingStoreIsSaidAsSuch) {
  CreateAgent("a");
  for (int nth = 1; nth <= 3; ++nth) {
    store_.FailOperation(nth, MakeError(ErrorReason::STORE_UNAVAILABLE, "No."));
    EXPECT_EQ(CodeOf(descriptions_.Describe(kToken, "a")), ErrorReason::STORE_UNAVAILABLE) << nth;
  }
}

}  // namespace
}  // namespace edgeplane::admin
