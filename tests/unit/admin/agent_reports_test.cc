// What an agent says, what it was told, and with what it came.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

using AgentReportsTest = DomainTest;
using v1::ErrorReason;

TEST_F(AgentReportsTest, ShowsWhatTheAgentSaysOfItselfAndWhatItWasTold) {
  CreateAgent("a");
  const storage::Fence fence = Deliver("a", "01234567");
  ASSERT_TRUE(store_.RecordStatuses({{"a", {"{\"uptime_seconds\":12.5}", clock_.Now()}}}).ok());
  ASSERT_TRUE(store_.SetDesiredConfig("a", "{}", false, clock_.Now()).ok());
  ASSERT_TRUE(store_.OfferConfig(fence, 0).ok());
  ASSERT_TRUE(store_.ConfigDelivered(fence, 1, clock_.Now()).ok());
  ASSERT_TRUE(store_.SetDesiredConfig("a", "{}", true, clock_.Now()).ok());
  storage::SyncRequest sync;
  sync.agent_id = "a";
  sync.sync_id = "s";
  sync.now = clock_.Now() + std::chrono::seconds(7);
  ASSERT_TRUE(store_.SyncAgent(sync).ok());
  v1::GetAgentRequest request;
  request.set_agent_id("a");
  auto agent = agents_.Get(request);
  ASSERT_TRUE(agent.ok());
  EXPECT_EQ(agent->session().secret_fingerprint(), "01234567");
  EXPECT_EQ(agent->status().fields().fields().at("uptime_seconds").number_value(), 12.5);
  EXPECT_EQ(agent->status().time().seconds(), 1'800'000'000);
  EXPECT_EQ(agent->last_sync_time().seconds(), 1'800'000'007);
  EXPECT_EQ(agent->config_version(), 2);
  EXPECT_EQ(agent->delivered_config_version(), 2);

  ASSERT_TRUE(store_.RecordStatuses({{"a", {"{", clock_.Now()}}}).ok());
  agent = agents_.Get(request);
  ASSERT_TRUE(agent.ok());  // words that cannot be read do not hide the rest
  EXPECT_FALSE(agent->status().has_fields());
  EXPECT_EQ(agent->config_version(), 2);
}

TEST_F(AgentReportsTest, DisconnectingEndsTheOpenSession) {
  CreateAgent("a");
  v1::DisconnectAgentRequest request;
  request.set_agent_id("a");
  EXPECT_EQ(CodeOf(agents_.Disconnect(request)), ErrorReason::AGENT_NOT_CONNECTED);
  EXPECT_THAT(control_.TakeEnded(), IsEmpty());
  const storage::Fence fence = Deliver("a");
  const auto ended = agents_.Disconnect(request);
  ASSERT_TRUE(ended.ok());
  EXPECT_EQ(ended->session().session_id(), fence.session_id);
  EXPECT_THAT(control_.TakeEnded(), ElementsAre(Pair("a", v1::OPERATOR_DISCONNECTED)));
  control_.linked = false;
  const auto untold = agents_.Disconnect(request);
  EXPECT_EQ(CodeOf(untold), ErrorReason::GATEWAY_NOT_LINKED);
  EXPECT_EQ(
      untold.error().message,
      "The session is held by the gateway 'g1', which has no link here at the moment and was "
      "told nothing. Try again when it is back; to keep the agent out until then, disable it.");
  request.set_agent_id("ghost");
  EXPECT_EQ(CodeOf(agents_.Disconnect(request)), ErrorReason::AGENT_NOT_FOUND);
}

TEST_F(AgentReportsTest, FindsThoseWithoutASecret) {
  CreateAgent("with");
  storage::Agent bare;
  bare.agent_id = "without";
  ASSERT_TRUE(store_.CreateAgent(bare, std::nullopt).ok());
  v1::ListAgentsRequest request;
  request.mutable_filter()->set_has_secret(false);
  ASSERT_EQ(agents_.List(request)->agents_size(), 1);
  EXPECT_EQ(agents_.List(request)->agents(0).agent_id(), "without");
  request.mutable_filter()->set_has_secret(true);
  ASSERT_EQ(agents_.List(request)->agents_size(), 1);
  EXPECT_EQ(agents_.List(request)->agents(0).agent_id(), "with");
  EXPECT_EQ(fleet_.Get({})->agents_without_secret(), 1);
}

}  // namespace
}  // namespace edgeplane::admin
