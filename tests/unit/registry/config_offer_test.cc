// How a desired configuration comes to a connected agent.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/registry/link_fixture.h"
#include "tests/unit/registry/polling_requests.h"

namespace edgeplane::registry {
namespace {

using H = RegistryHarness;
using Texts = std::vector<std::string>;

Texts Configs(const std::vector<v1::RegistryMessage>& messages) {
  Texts texts;
  for (const v1::RegistryMessage& message : messages) {
    if (message.has_deliver_config()) texts.push_back(message.deliver_config().config_json());
  }
  return texts;
}

class ConfigOfferTest : public LinkTest {
 protected:
  int64_t Set(const std::string& json, bool resend = false) {
    const auto config = h_.store.SetDesiredConfig("a", json, resend, h_.clock.Now());
    EXPECT_TRUE(config.ok());
    h_.control.ConfigChanged("a");
    h_.Settle();
    return config->version;
  }
  v1::GatewayMessage WrittenOf(int64_t sequence, const storage::Fence& fence, int64_t version) {
    v1::GatewayMessage message;
    message.set_sequence(sequence);
    H::SetFence(fence, *message.mutable_config_written());
    message.mutable_config_written()->set_version(version);
    return message;
  }
  Texts Take() { return Configs(gateway_.outlet->Take()); }
  std::string Synced() {
    v1::SyncResponse response;
    EXPECT_TRUE(h_.syncer.Sync(SyncOf("a", h_.clock.Now()), response, NeverAbandoned).ok());
    return response.result().config_json();
  }
  int64_t DeliveredVersion() { return h_.store.GetAgent("a")->delivered_config_version; }
};

TEST_F(ConfigOfferTest, GoesOutWhenItChanges) {
  Connect();
  const int64_t version = Set(R"({"x":1})");
  const std::vector<v1::RegistryMessage> sent = gateway_.outlet->Take();
  ASSERT_EQ(Configs(sent), Texts{R"({"x":1})"});
  EXPECT_EQ(sent[0].deliver_config().session_id(), fence_.session_id);
  EXPECT_EQ(sent[0].deliver_config().agent_id(), "a");
  EXPECT_EQ(sent[0].deliver_config().version(), version);
  EXPECT_EQ(DeliveredVersion(), 0) << "sent, but not written";
  EXPECT_FALSE(h_.directory.Find("a")->config_wanted) << "the store is not asked again";
  Say(WrittenOf(2, fence_, version));
  EXPECT_EQ(Confirmed(gateway_.outlet->Take()), 2);
  EXPECT_EQ(DeliveredVersion(), version);

  Set(R"({"x":1})");
  EXPECT_TRUE(Take().empty()) << "no change";
  Set(R"({"x":1})", true);
  EXPECT_EQ(Take(), Texts{R"({"x":1})"});
}

TEST_F(ConfigOfferTest, GoesOutWhenTheSessionOpens) {
  Set(R"({"x":1})");
  Connect();
  // Connect has taken what was sent; it is on offer, and is not sent again.
  h_.control.ConfigChanged("a");
  h_.control.CommandQueued("a");
  h_.Settle();
  EXPECT_TRUE(Take().empty());
  EXPECT_EQ(Synced(), "") << "nor on the other channel";
  Say(H::ClosedOf(2, fence_));
  EXPECT_EQ(Synced(), R"({"x":1})") << "the offer fell with its session";
  const storage::Fence next = h_.OpenSession("a");
  Say(H::OpenedOf(3, next));
  EXPECT_TRUE(Take().empty()) << "the agent has it";
}

TEST_F(ConfigOfferTest, WhatWasWrittenIsNotOfferedToTheNextSession) {
  Connect();
  const int64_t version = Set(R"({"x":1})");
  Take();
  const storage::Fence next = h_.OpenSession("a");
  // In one batch, and the word that it was written counts though the session has
  // been taken over.
  std::promise<void> release;
  ASSERT_TRUE(h_.pool.Continue([&] { release.get_future().wait(); }));
  gateway_.link->Receive(WrittenOf(2, fence_, version));
  gateway_.link->Receive(H::ClosedOf(3, fence_));
  gateway_.link->Receive(H::OpenedOf(4, next));
  release.set_value();
  h_.Settle();
  EXPECT_TRUE(Take().empty());
  EXPECT_EQ(DeliveredVersion(), version);
  EXPECT_TRUE(h_.directory.Find("a")->confirmed);
}

TEST_F(ConfigOfferTest, IsOfferedAgainAfterALinkThatLostIt) {
  Connect();
  Set(R"({"x":1})");
  gateway_ = h_.JoinedLink({{fence_, {}}});
  EXPECT_EQ(Take(), Texts{R"({"x":1})"});
}

TEST_F(ConfigOfferTest, IsNotOfferedAgainWhileTheGatewayHoldsIt) {
  Connect();
  const int64_t version = Set(R"({"x":1})");
  gateway_ = h_.OpenLink();
  v1::GatewayMessage hello = H::HelloOf({{fence_, {}}});
  hello.mutable_hello()->mutable_sessions(0)->set_unwritten_config_version(version);
  Say(hello);
  EXPECT_TRUE(Take().empty());
  Say(WrittenOf(1, fence_, version));
  EXPECT_EQ(DeliveredVersion(), version);
}

// A slow agent has one on its way, however often it changes.
TEST_F(ConfigOfferTest, AChangeWaitsUntilWhatIsOnItsWayIsWritten) {
  Connect();
  const int64_t first = Set(R"({"x":1})");
  EXPECT_EQ(Take(), Texts{R"({"x":1})"});
  Set(R"({"x":2})");
  const int64_t last = Set(R"({"x":3})");
  EXPECT_TRUE(Take().empty());
  Say(WrittenOf(2, fence_, first));
  EXPECT_EQ(Take(), Texts{R"({"x":3})"});
  Say(WrittenOf(3, fence_, last));
  EXPECT_TRUE(Take().empty());
  EXPECT_EQ(DeliveredVersion(), last);
}

TEST_F(ConfigOfferTest, AChangeThatWaitsOutlastsTheLink) {
  Connect();
  const int64_t version = Set(R"({"x":1})");
  Set(R"({"x":2})");
  gateway_ = h_.OpenLink();
  v1::GatewayMessage hello = H::HelloOf({{fence_, {}}});
  hello.mutable_hello()->mutable_sessions(0)->set_unwritten_config_version(version);
  Say(hello);
  EXPECT_TRUE(Take().empty());
  Say(WrittenOf(1, fence_, version));
  EXPECT_EQ(Take(), Texts{R"({"x":2})"});
}

TEST_F(ConfigOfferTest, WaitsForRoomOnTheLink) {
  Connect();
  gateway_.outlet->SetRoom(false);
  Set(R"({"x":1})");
  EXPECT_TRUE(Take().empty());
  gateway_.outlet->SetRoom(true);
  gateway_.link->RoomAgain();
  h_.Settle();
  EXPECT_EQ(Take(), Texts{R"({"x":1})"});
}

// A full window holds up commands, not the configuration.
TEST_F(ConfigOfferTest, DoesNotWaitForCommandsToBeWritten) {
  Connect();
  for (int i = 0; i < 40; ++i) h_.Enqueue("a");
  h_.control.CommandQueued("a");
  h_.Settle();
  EXPECT_EQ(h_.directory.Find("a")->room.count, 0u);
  Set(R"({"x":1})");
  EXPECT_EQ(Take(), Texts{R"({"x":1})"});
}

TEST_F(ConfigOfferTest, TriesAgainAfterAStoreFailure) {
  Connect();
  h_.store.FailOperation(2, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
  Set(R"({"x":1})");
  EXPECT_TRUE(Take().empty());
  EXPECT_FALSE(gateway_.outlet->status());
  h_.sweeper.Sweep();
  h_.Settle();
  EXPECT_EQ(Take(), Texts{R"({"x":1})"});
}

TEST_F(ConfigOfferTest, WhatASyncGivesBackGoesToTheConnection) {
  ASSERT_TRUE(h_.store.SetDesiredConfig("a", R"({"x":1})", false, h_.clock.Now()).ok());
  const v1::SyncRequest request = SyncOf("a", h_.clock.Now());
  v1::SyncResponse response;
  ASSERT_TRUE(h_.syncer.Sync(request, response, NeverAbandoned).ok());
  EXPECT_EQ(response.result().config_json(), R"({"x":1})");
  Connect();
  EXPECT_EQ(DeliveredVersion(), 1);
  ASSERT_TRUE(TakeBackSync(h_.parts, "a", request.sync_id()).ok());
  h_.Settle();
  EXPECT_EQ(Take(), Texts{R"({"x":1})"});
}

TEST_F(ConfigOfferTest, CommandsDoNotWaitForOneThatFails) {
  Connect();
  const std::string id = h_.Enqueue("a");
  h_.store.FailOperation(2, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
  h_.store.FailOperation(4, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
  Set(R"({"x":1})");  // one call, and then: offer, claim, offer, claim
  const std::vector<v1::RegistryMessage> sent = gateway_.outlet->Take();
  EXPECT_EQ(Delivered(sent), Texts{id});
  EXPECT_TRUE(Configs(sent).empty());
  h_.sweeper.Sweep();
  h_.Settle();
  EXPECT_EQ(Take(), Texts{R"({"x":1})"});
}

TEST_F(ConfigOfferTest, EndsTheLinkWhenAnOfferIsInDoubt) {
  Connect();
  h_.store.DoubtOperation(2);
  Set(R"({"x":1})");
  EXPECT_TRUE(Take().empty());
  EXPECT_EQ(gateway_.outlet->ended_with(), v1::ErrorReason::STORE_IN_DOUBT);
  gateway_ = h_.JoinedLink({{fence_, {}}});
  EXPECT_EQ(Take(), Texts{R"({"x":1})"});
}

TEST_F(ConfigOfferTest, DismissesASessionThatTheStoreHasFencedOff) {
  Connect();
  h_.OpenSession("a", "g2");
  Set(R"({"x":1})");
  EXPECT_EQ(
      EndedSessions(gateway_.outlet->Take()),
      (std::vector<std::pair<std::string, v1::Disconnect>>{{fence_.session_id, v1::SUPERSEDED}}));
  EXPECT_EQ(Synced(), R"({"x":1})");
}

}  // namespace
}  // namespace edgeplane::registry
