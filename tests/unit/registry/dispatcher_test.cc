#include "services/registry/dispatcher.h"

#include <gtest/gtest.h>

#include <future>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/registry/registry_harness.h"

namespace edgeplane::registry {
namespace {

using storage::CommandState;
using Ended = std::vector<std::pair<std::string, v1::Disconnect>>;

class DispatcherTest : public testing::Test {
 protected:
  explicit DispatcherTest(RegistrySettings settings = HarnessSettings()) : h_(settings) {
    h_.AddAgent("a");
  }
  void Connect() {
    gateway_ = h_.JoinedLink();
    fence_ = h_.OpenSession("a");
    gateway_.link->Receive(h_.OpenedOf(1, fence_));
    h_.Settle();
    gateway_.outlet->Take();
  }
  std::vector<std::string> Queue(size_t count, const std::string& payload = "{}") {
    std::vector<std::string> ids;
    for (size_t i = 0; i < count; ++i) ids.push_back(h_.Enqueue("a", 0, payload));
    return ids;
  }
  std::vector<v1::RegistryMessage> Wake() {
    h_.control.CommandQueued("a");
    h_.Settle();
    return gateway_.outlet->Take();
  }
  void Write(const std::string& command_id) {
    gateway_.link->Receive(h_.WrittenOf(fence_, command_id));
    h_.Settle();
  }

  RegistryHarness h_;
  LinkedGatewayUnderTest gateway_;
  storage::Fence fence_;
};

TEST_F(DispatcherTest, DeliversWhatWasQueuedBeforeTheSessionOpened) {
  const std::vector<std::string> ids = Queue(3);
  gateway_ = h_.JoinedLink();
  fence_ = h_.OpenSession("a");
  gateway_.link->Receive(h_.OpenedOf(1, fence_));
  h_.Settle();
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), ids);
  EXPECT_EQ(h_.StateOf(ids[0]), CommandState::kDelivered);
}

TEST_F(DispatcherTest, DeliversWhatIsQueuedWhileConnected) {
  Connect();
  const std::vector<std::string> ids = Queue(2);
  EXPECT_EQ(Delivered(Wake()), ids);
  EXPECT_TRUE(Wake().empty());
}

TEST_F(DispatcherTest, LeavesAgentsThatAreNotConnected) {
  const std::vector<std::string> ids = Queue(1);
  h_.control.CommandQueued("a");
  h_.control.CommandQueued("nobody");
  h_.Settle();
  EXPECT_EQ(h_.StateOf(ids[0]), CommandState::kQueued);
  EXPECT_TRUE(h_.dispatcher.Idle());
}

TEST_F(DispatcherTest, KeepsToTheWindowUntilCommandsAreWritten) {
  Connect();
  const std::vector<std::string> ids = Queue(40);
  const std::vector<std::string> first = Delivered(Wake());
  EXPECT_EQ(first, std::vector<std::string>(ids.begin(), ids.begin() + 32));
  EXPECT_EQ(h_.StateOf(ids[32]), CommandState::kQueued);
  EXPECT_TRUE(Wake().empty());

  Write(ids[0]);
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), std::vector<std::string>{ids[32]});
  Write(ids[0]);
  EXPECT_TRUE(gateway_.outlet->Take().empty()) << "written twice opens the window once";
  // An acknowledgement proves that it was written.
  gateway_.link->Receive(h_.AckOf(2, fence_, ids[1], 1));
  h_.Settle();
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), std::vector<std::string>{ids[33]});
}

TEST_F(DispatcherTest, KeepsToTheWindowInBytes) {
  Connect();
  const std::string payload = R"({"a":")" + std::string(50'000, 'x') + R"("})";
  const std::vector<std::string> ids = Queue(5, payload);
  // 64 KiB: one fits, and the second goes as the first of what is left.
  EXPECT_EQ(Delivered(Wake()).size(), 2u);
  Write(ids[0]);
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), std::vector<std::string>{ids[2]});
}

TEST_F(DispatcherTest, OneCommandAlwaysFits) {
  RegistrySettings settings = HarnessSettings();
  settings.delivery_window_bytes = 1024;
  RegistryHarness h(settings);
  h.AddAgent("a");
  const std::string payload = R"({"a":")" + std::string(5000, 'x') + R"("})";
  const std::string large = h.Enqueue("a", 0, payload);
  h.Enqueue("a", 0, payload);
  const storage::Fence fence = h.OpenSession("a");
  LinkedGatewayUnderTest gateway = h.JoinedLink({{fence, {}}});
  EXPECT_EQ(Delivered(gateway.outlet->Take()), std::vector<std::string>{large});
}

TEST_F(DispatcherTest, WaitsForRoomOnTheLink) {
  Connect();
  gateway_.outlet->SetRoom(false);
  const std::vector<std::string> ids = Queue(1);
  EXPECT_TRUE(Wake().empty());
  EXPECT_EQ(h_.StateOf(ids[0]), CommandState::kQueued);
  gateway_.outlet->SetRoom(true);
  gateway_.link->RoomAgain();
  h_.Settle();
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), ids);
}

TEST_F(DispatcherTest, TriesAgainAfterAStoreFailure) {
  Connect();
  const std::vector<std::string> ids = Queue(1);
  h_.store.FailOperation(1, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
  EXPECT_TRUE(Wake().empty());
  EXPECT_TRUE(h_.dispatcher.Idle());
  h_.sweeper.Sweep();
  h_.Settle();
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), ids);
}

// What the store may have handed out and nobody has seen must come back.
TEST_F(DispatcherTest, EndsTheLinkWhenAClaimIsInDoubt) {
  Connect();
  const std::vector<std::string> ids = Queue(1);
  h_.store.DoubtOperation(1);
  EXPECT_TRUE(Delivered(Wake()).empty());
  EXPECT_EQ(gateway_.outlet->ended_with(), v1::ErrorReason::STORE_IN_DOUBT);
  EXPECT_EQ(h_.StateOf(ids[0]), CommandState::kDelivered);

  gateway_ = h_.JoinedLink({{fence_, {}}});
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), ids);
  EXPECT_EQ(h_.store.GetCommand(ids[0])->deliveries, 1) << "the lost one does not count";
}

TEST_F(DispatcherTest, WhatCouldNotBeSentComesBackWithTheNextLink) {
  Connect();
  const std::vector<std::string> ids = Queue(3);
  gateway_.outlet->SetFull(true);
  Wake();
  EXPECT_EQ(gateway_.outlet->ended_with(), v1::ErrorReason::SERVER_OVERLOADED);
  EXPECT_TRUE(gateway_.outlet->cancelled());
  EXPECT_EQ(h_.StateOf(ids[2]), CommandState::kDelivered);
  EXPECT_EQ(h_.directory.size(), 0u);

  gateway_ = h_.JoinedLink({{fence_, {}}});
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), ids);
}

TEST_F(DispatcherTest, SaysWhyASessionIsFencedOffBeforeWordOfThatIsHere) {
  Connect();
  ASSERT_TRUE(h_.store.DeleteAgent("a", h_.clock.Now()).ok());
  EXPECT_EQ(EndedSessions(Wake()), (Ended{{fence_.session_id, v1::CREDENTIALS_REVOKED}}));
}

TEST_F(DispatcherTest, EndsALinkThatIsFencedOffRatherThanItsSessions) {
  Connect();
  const std::string id = Queue(1).front();
  ASSERT_TRUE(h_.store.BeginLink({"g1"}, std::chrono::hours(1), h_.clock.Now()).ok());
  EXPECT_TRUE(EndedSessions(Wake()).empty());
  EXPECT_EQ(gateway_.outlet->ended_with(), v1::ErrorReason::SESSION_FENCED);
  gateway_ = h_.JoinedLink({{fence_, {}}});
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), std::vector<std::string>{id});
}

TEST_F(DispatcherTest, DismissesASessionThatTheStoreHasFencedOff) {
  Connect();
  Queue(1);
  h_.OpenSession("a", "g2");
  EXPECT_EQ(EndedSessions(Wake()), (Ended{{fence_.session_id, v1::SUPERSEDED}}));
  EXPECT_EQ(h_.directory.size(), 0u);
}

// Disabled or deleted while the gateway had no link to be told over.
TEST_F(DispatcherTest, DismissesSessionsThatMayNoLongerBe) {
  h_.AddAgent("b");
  h_.AddAgent("c");
  const storage::Fence a = h_.OpenSession("a");
  const storage::Fence b = h_.OpenSession("b");
  const storage::Fence c = h_.OpenSession("c");
  Queue(1);
  ASSERT_TRUE(h_.store.DisableAgent("a", "", h_.clock.Now()).ok());
  gateway_ = h_.JoinedLink({{a, {}}, {b, {}}, {c, {}}});
  EXPECT_EQ(EndedSessions(gateway_.outlet->Take()), (Ended{{a.session_id, v1::DISABLED}}));
  EXPECT_EQ(h_.directory.size(), 2u);
  // Deleted between Hello and a SessionOpened that is repeated.
  h_.directory.Remove(b);
  ASSERT_TRUE(h_.store.DeleteAgent("b", h_.clock.Now()).ok());
  gateway_.link->Receive(h_.OpenedOf(1, b));
  h_.Settle();
  EXPECT_EQ(EndedSessions(gateway_.outlet->Take()),
            (Ended{{b.session_id, v1::CREDENTIALS_REVOKED}}));
}

TEST_F(DispatcherTest, DoesNotDeliverThroughAClosedGate) {
  Connect();
  const std::vector<std::string> ids = Queue(1);
  {
    const auto closure = h_.links.Gate("g1")->Close(std::chrono::milliseconds(0));
    ASSERT_TRUE(closure);
    EXPECT_TRUE(Wake().empty());
    EXPECT_EQ(h_.StateOf(ids[0]), CommandState::kQueued);
  }
  h_.sweeper.Sweep();
  h_.Settle();
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), ids);
}

TEST_F(DispatcherTest, CountsAndTellsEveryDelivery) {
  Connect();
  const std::vector<std::string> ids = Queue(1);
  int told = 0;
  const auto subscription = h_.signals.Subscribe(ids[0], [&] { ++told; });
  Wake();
  EXPECT_EQ(told, 1);
  h_.clock.Advance(std::chrono::seconds(2));
  Write(ids[0]);
  const std::string text = h_.metrics_registry.Render();
  EXPECT_NE(text.find("edgeplane_commands_total{state=\"DELIVERED\"} 1"), std::string::npos)
      << text;
  EXPECT_NE(text.find("edgeplane_command_delivery_seconds_count 1"), std::string::npos);
  EXPECT_NE(text.find("edgeplane_command_delivery_seconds_sum 2"), std::string::npos);
}

TEST_F(DispatcherTest, ALongQueueOfOneAgentDoesNotHoldUpAnother) {
  RegistrySettings settings = HarnessSettings();
  settings.delivery_window_bytes = 1024;
  RegistryHarness h(settings);
  h.AddAgent("a");
  h.AddAgent("b");
  const storage::Fence a = h.OpenSession("a");
  const storage::Fence b = h.OpenSession("b");
  // Two claims: the second command does not fit in the first one's window.
  const std::string payload = R"({"a":")" + std::string(600, 'x') + R"("})";
  const std::string first = h.Enqueue("a", 0, payload);
  const std::string second = h.Enqueue("a", 0, payload);
  const std::string other = h.Enqueue("b");
  LinkedGatewayUnderTest gateway = h.OpenLink();
  {
    std::promise<void> release;
    ASSERT_TRUE(h.pool.Continue([&] { release.get_future().wait(); }));
    gateway.link->Receive(RegistryHarness::HelloOf({{a, {}}, {b, {}}}));
    release.set_value();
    h.Settle();
  }
  const std::vector<std::string> delivered = Delivered(gateway.outlet->Take());
  ASSERT_EQ(std::set<std::string>(delivered.begin(), delivered.end()),
            (std::set<std::string>{first, other, second}));
  // Which agent comes first is open, as sessions of one moment have no order; the
  // last is the second of the long queue in either case.
  EXPECT_EQ(delivered.back(), second);
}

}  // namespace
}  // namespace edgeplane::registry
