// What becomes of an answer to a sync that nobody waits for, or that was not written.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/registry/syncing_fixture.h"

namespace edgeplane::registry {
namespace {

using storage::CommandState;
using Ids = std::vector<std::string>;

using SyncReturnTest = SyncingTest;

// The gateway says that there was no answer, and so nothing is lost.
TEST_F(SyncReturnTest, WhatAFailureInDoubtHandedOutComesBack) {
  const std::string id = h_.Enqueue("a", 1);
  const v1::SyncRequest request = SyncOf("a", h_.clock.Now());
  h_.store.DoubtOperation(1);
  EXPECT_EQ(Sync(request).decision_case(), v1::SyncResponse::DECISION_NOT_SET);
  EXPECT_EQ(h_.StateOf(id), CommandState::kDelivered);
  ASSERT_TRUE(TakeBackSync(h_.parts, "a", request.sync_id()).ok());
  EXPECT_EQ(h_.StateOf(id), CommandState::kQueued);
  EXPECT_EQ(HandedOut(Sync()), Ids{id});
  EXPECT_EQ(h_.store.GetCommand(id)->deliveries, 1);
}

TEST_F(SyncReturnTest, HandsOutNothingNobodyWaitsFor) {
  const std::string id = h_.Enqueue("a", 1);
  EXPECT_EQ(Sync(SyncOf("a", h_.clock.Now()), [] { return true; }).decision_case(),
            v1::SyncResponse::DECISION_NOT_SET);
  EXPECT_EQ(h_.store.GetCommand(id)->history.size(), 1u) << "the store was not asked";
  int asked = 0;
  Sync(SyncOf("a", h_.clock.Now()), [&] { return ++asked == 2; });
  EXPECT_FALSE(status_.ok());
  EXPECT_EQ(h_.StateOf(id), CommandState::kQueued);
  EXPECT_EQ(h_.store.GetCommand(id)->deliveries, 0);
}

// The word that nothing was written may overtake the sync itself.
TEST_F(SyncReturnTest, ASyncThatIsCarriedOutTooLateIsTakenBack) {
  const std::string id = h_.Enqueue("a", 1);
  ASSERT_TRUE(h_.store.SetDesiredConfig("a", R"({"x":1})", false, h_.clock.Now()).ok());
  const v1::SyncRequest late = SyncOf("a", h_.clock.Now());
  ASSERT_TRUE(TakeBackSync(h_.parts, "a", late.sync_id()).ok());
  EXPECT_EQ(Sync(late).decision_case(), v1::SyncResponse::DECISION_NOT_SET);
  EXPECT_FALSE(status_.ok());
  EXPECT_EQ(h_.store.GetCommand(id)->deliveries, 0);
  EXPECT_EQ(HandedOut(Sync()), Ids{id});
  EXPECT_EQ(response_.result().config_json(), R"({"x":1})");
}

TEST_F(SyncReturnTest, WhatIsTakenBackGoesToTheConnection) {
  const std::string id = h_.Enqueue("a", 1);
  const v1::SyncRequest request = SyncOf("a", h_.clock.Now());
  Sync(request);
  const storage::Fence fence = h_.OpenSession("a");
  const LinkedGatewayUnderTest gateway = h_.JoinedLink({{fence, {}}});
  EXPECT_TRUE(Delivered(gateway.outlet->Take()).empty()) << "in flight on the other channel";
  ASSERT_TRUE(TakeBackSync(h_.parts, "a", request.sync_id()).ok());
  h_.Settle();
  EXPECT_EQ(Delivered(gateway.outlet->Take()), Ids{id});
  EXPECT_TRUE(HandedOut(Sync()).empty());
  EXPECT_TRUE(Shows("edgeplane_commands_total{state=\"QUEUED\"} 1"));
}

TEST_F(SyncReturnTest, AFailureIsInTheLogOnce) {
  const LinkedGatewayUnderTest gateway = h_.JoinedLink();
  v1::GatewayMessage message;
  message.set_sequence(1);
  message.mutable_sync_unanswered()->set_agent_id("a");
  message.mutable_sync_unanswered()->set_sync_id(NewUuid(h_.clock.Now()));
  h_.store.FailOperation(1, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
  testing::internal::CaptureStderr();
  gateway.link->Receive(message);
  h_.Settle();
  const std::string log = testing::internal::GetCapturedStderr();
  const size_t first = log.find("operation=ReturnSync");
  ASSERT_NE(first, std::string::npos) << log;
  EXPECT_EQ(log.find("operation=ReturnSync", first + 1), std::string::npos) << log;
}

// However often it is handed out before anybody gets it.
TEST_F(SyncReturnTest, IsOnTheWireOnce) {
  h_.Enqueue("a", 1);
  int asked = 0;
  Sync(SyncOf("a", h_.clock.Now()), [&] { return ++asked == 2; });
  EXPECT_TRUE(Shows("edgeplane_command_delivery_seconds_count 0")) << "nobody got the answer";

  const std::string id = h_.Enqueue("a");
  const v1::SyncRequest request = SyncOf("a", h_.clock.Now());
  h_.clock.Advance(std::chrono::seconds(2));
  Sync(request);
  EXPECT_TRUE(Shows("edgeplane_command_delivery_seconds_sum 2"));
  ASSERT_TRUE(TakeBackSync(h_.parts, "a", request.sync_id()).ok());
  Sync();
  EXPECT_TRUE(Shows("edgeplane_command_delivery_seconds_count 1"));

  ASSERT_TRUE(TakeBackSync(h_.parts, "a", response_.result().commands(0).session_id()).ok());
  const storage::Fence fence = h_.OpenSession("a");
  const LinkedGatewayUnderTest gateway = h_.JoinedLink({{fence, {}}});
  ASSERT_EQ(Delivered(gateway.outlet->Take()).back(), id);
  gateway.link->Receive(h_.WrittenOf(fence, id));
  EXPECT_TRUE(Shows("edgeplane_command_delivery_seconds_count 1"));
}

}  // namespace
}  // namespace edgeplane::registry
