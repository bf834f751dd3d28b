// What registries of one store tell each other.
#include "services/registry/peers.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/registry/recording_bus.h"
#include "tests/unit/registry/registry_harness.h"

namespace edgeplane::registry {
namespace {

using Said = std::vector<std::string>;
using Ended = std::vector<std::pair<std::string, v1::Disconnect>>;

constexpr const char* kSessionId = "019c1355-8e20-77e1-9d72-683e76dbd153";

class PeersTest : public testing::Test {
 protected:
  PeersTest() { h_.AddAgent("a"); }

  // "a" is connected at g1, over a link of this registry.
  void Connect() {
    fence_ = h_.OpenSession("a");
    gateway_ = h_.JoinedLink({{fence_, {}}});
    gateway_.outlet->Take();
  }
  Said TakeSaid() {
    h_.Settle();
    return bus_.Take();
  }
  std::vector<v1::RegistryMessage> Heard(const std::string& signal) {
    Obey(h_.parts, signal);
    h_.Settle();
    return gateway_.outlet->Take();
  }

  RecordingBus bus_;
  RegistryHarness h_{HarnessSettings(), &bus_};
  storage::Fence fence_;
  LinkedGatewayUnderTest gateway_;
};

TEST_F(PeersTest, HearOfWhatIsForAnAgentThatIsNotHere) {
  h_.control.CommandQueued("a");
  h_.control.ConfigChanged("a");
  EXPECT_EQ(TakeSaid(), (Said{"wake a", "config a"}));
}

TEST_F(PeersTest, HearNothingOfWhatIsForAnAgentHere) {
  Connect();
  h_.control.CommandQueued("a");
  h_.control.ConfigChanged("a");
  h_.control.EndSession("a", v1::DISABLED);
  EXPECT_EQ(TakeSaid(), Said{});
}

TEST_F(PeersTest, AreAskedToEndASessionThatIsNotHere) {
  const storage::Fence fence = h_.OpenSession("a", "far");
  h_.control.EndSession("a", v1::OPERATOR_DISCONNECTED);
  EXPECT_EQ(TakeSaid(), (Said{"end a " + fence.session_id + " far " +
                              std::to_string(static_cast<int>(v1::OPERATOR_DISCONNECTED))}));
  EXPECT_TRUE(h_.control.EndThisSession(*h_.store.GetAgent("a")->session, v1::DISABLED));
}

TEST_F(PeersTest, HearThatASupersededSessionIsClosed) {
  Connect();
  const storage::Fence newer = h_.OpenSession("a", "far");
  gateway_.link->Receive(RegistryHarness::ClosedOf(1, fence_));
  EXPECT_EQ(TakeSaid(), Said{"closed " + fence_.session_id});
  EXPECT_EQ(h_.store.GetAgent("a")->session->session_id, newer.session_id);
}

TEST_F(PeersTest, AreNotToldWhatDoesNotFitInASignal) {
  const storage::Fence fence{"a", kSessionId};
  h_.peers.EndSession(fence, "two\nlines", v1::DISABLED);
  h_.peers.EndSession(fence, std::string(storage::kSignalBytesMax, 'g'), v1::DISABLED);
  EXPECT_EQ(TakeSaid(), Said{});
}

TEST(Peers, AreNoneWithoutABus) {
  Peers none(nullptr);
  EXPECT_FALSE(none.any());
  none.Wake("a");
  EXPECT_FALSE(none.EndSession({}, "g1", v1::DISABLED));
}

TEST_F(PeersTest, AWakeDelivers) {
  Connect();
  const std::string id = h_.Enqueue("a");
  EXPECT_EQ(Delivered(Heard("wake a")), Said{id});
  EXPECT_TRUE(Heard("wake nobody").empty());
}

TEST_F(PeersTest, AConfigurationIsOffered) {
  Connect();
  ASSERT_TRUE(h_.store.SetDesiredConfig("a", "{}", false, h_.clock.Now()).ok());
  const std::vector<v1::RegistryMessage> sent = Heard("config a");
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(sent[0].has_deliver_config());
}

TEST_F(PeersTest, AnEndIsPassedOnToTheGateway) {
  Connect();
  EXPECT_EQ(EndedSessions(Heard("end a " + fence_.session_id + " g1 " +
                                std::to_string(static_cast<int>(v1::DISABLED)))),
            (Ended{{fence_.session_id, v1::DISABLED}}));
  EXPECT_FALSE(h_.directory.Find("a"));
  // Nobody says it again.
  EXPECT_EQ(TakeSaid(), Said{});
}

TEST_F(PeersTest, AnEndIsOfOneSession) {
  Connect();
  Heard("end a " + std::string(kSessionId) + " g1 " +
        std::to_string(static_cast<int>(v1::DISABLED)));
  EXPECT_TRUE(h_.directory.Find("a"));
  EXPECT_TRUE(Heard("end a " + std::string(kSessionId) + " far 1").empty());
}

TEST_F(PeersTest, WhatIsNoSignalIsPassedOver) {
  Connect();
  h_.Enqueue("a");
  for (const std::string& signal :
       {std::string(), std::string(" "), std::string("wake"), std::string("wake  a"),
        std::string("wake a a"), std::string("wave a"), std::string("end a"),
        "end a " + fence_.session_id + " g1 x", "end a " + fence_.session_id + " g1 99",
        "end a " + fence_.session_id + " g1 ", std::string("end a nothing g1 1"),
        "end  " + fence_.session_id + " g1 1", std::string(100'000, 'x'),
        std::string("\xff\xfe\0", 3)}) {
    EXPECT_TRUE(Heard(signal).empty()) << signal.substr(0, 80);
  }
  EXPECT_TRUE(h_.directory.Find("a"));
}

}  // namespace
}  // namespace edgeplane::registry
