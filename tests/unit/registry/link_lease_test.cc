// Leases of gateways, as their links and the sweeper keep them.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/registry/registry_harness.h"

namespace edgeplane::registry {
namespace {

RegistrySettings SharedSettings() {
  RegistrySettings settings = HarnessSettings();
  settings.alone = false;
  return settings;
}

v1::GatewayMessage RenewalOf(int64_t number) {
  v1::GatewayMessage message;
  message.mutable_renew_lease()->set_number(number);
  return message;
}

// The numbers of the renewals among `messages`.
std::vector<int64_t> Renewed(const std::vector<v1::RegistryMessage>& messages) {
  std::vector<int64_t> numbers;
  for (const v1::RegistryMessage& message : messages) {
    if (!message.has_lease_renewed()) continue;
    EXPECT_EQ(message.lease_renewed().lease().seconds(), 15);
    numbers.push_back(message.lease_renewed().number());
  }
  return numbers;
}

class LinkLeaseTest : public testing::Test {
 protected:
  LinkLeaseTest() {
    h_.AddAgent("a");
    fence_ = h_.OpenSession("a");
    gateway_ = h_.JoinedLink({{fence_, {}}});
  }
  // Past its time by the store's clock.
  void LetTheLeaseRunOut() {
    ASSERT_TRUE(h_.store.RenewLease({"g1", gateway_.link->number()}, Duration(0)).ok());
  }
  bool IsConnected() { return h_.store.GetAgent("a")->session.has_value(); }

  RegistryHarness h_{SharedSettings()};
  storage::Fence fence_;
  LinkedGatewayUnderTest gateway_;
};

TEST_F(LinkLeaseTest, IsGrantedWithTheWelcome) {
  const std::vector<v1::RegistryMessage> sent = gateway_.outlet->Take();
  ASSERT_FALSE(sent.empty());
  ASSERT_TRUE(sent[0].has_welcome());
  EXPECT_EQ(sent[0].welcome().lease().seconds(), 15);
  EXPECT_FALSE(sent[0].welcome().alone());
}

TEST_F(LinkLeaseTest, IsRenewedInTheStoreBeforeItIsConfirmed) {
  const storage::GatewayLink link{"g1", gateway_.link->number()};
  ASSERT_TRUE(h_.store.RenewLease(link, std::chrono::hours(1)).ok());
  gateway_.link->Receive(RenewalOf(7));
  h_.Settle();
  EXPECT_EQ(Renewed(gateway_.outlet->Take()), std::vector<int64_t>{7});
  // Of its own length again, which an admission elsewhere is told.
  h_.OpenSession("a", "g2");
  const auto awaited = h_.store.ListAwaitedSessions("a", "g2");
  ASSERT_EQ(awaited->size(), 1u);
  EXPECT_LE(awaited->front().lease_left, h_.settings.gateway_lease);
}

TEST_F(LinkLeaseTest, ThatIsOverIsNotRenewed) {
  LetTheLeaseRunOut();
  gateway_.link->Receive(RenewalOf(1));
  h_.Settle();
  EXPECT_TRUE(Renewed(gateway_.outlet->Take()).empty());
  // Its next link has to say what it holds, and hears what is another's by now.
  EXPECT_EQ(gateway_.outlet->ended_with(), v1::ErrorReason::SESSION_FENCED);
}

TEST_F(LinkLeaseTest, IsNotConfirmedWhenTheStoreFails) {
  h_.store.FailOperation(1, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "away"));
  gateway_.link->Receive(RenewalOf(1));
  h_.Settle();
  EXPECT_TRUE(Renewed(gateway_.outlet->Take()).empty());
  EXPECT_TRUE(gateway_.link->open());
  gateway_.link->Receive(RenewalOf(2));
  h_.Settle();
  EXPECT_EQ(Renewed(gateway_.outlet->Take()), std::vector<int64_t>{2});
}

TEST_F(LinkLeaseTest, IsNotRenewedOverALinkThatANewerOneHasReplacedElsewhere) {
  ASSERT_TRUE(h_.store.BeginLink({"g1"}, std::chrono::hours(1), h_.clock.Now()).ok());
  gateway_.link->Receive(RenewalOf(1));
  h_.Settle();
  EXPECT_TRUE(Renewed(gateway_.outlet->Take()).empty());
  EXPECT_EQ(gateway_.outlet->ended_with(), v1::ErrorReason::SESSION_FENCED);
}

TEST_F(LinkLeaseTest, IsNoMatterBeforeTheWelcome) {
  const LinkedGatewayUnderTest gateway = h_.OpenLink();
  gateway.link->Receive(RenewalOf(1));
  h_.Settle();
  EXPECT_TRUE(Renewed(gateway.outlet->Take()).empty());
}

TEST_F(LinkLeaseTest, ThatIsOverEndsTheSessions) {
  const std::string id = h_.Enqueue("a", 1);
  h_.dispatcher.Wake("a");
  h_.Settle();
  ASSERT_EQ(h_.StateOf(id), storage::CommandState::kDelivered);
  h_.sweeper.Sweep();
  EXPECT_TRUE(IsConnected());
  LetTheLeaseRunOut();
  int told = 0;
  const auto subscription = h_.signals.Subscribe(id, [&] { ++told; });
  h_.sweeper.Sweep();
  EXPECT_FALSE(IsConnected());
  EXPECT_EQ(h_.StateOf(id), storage::CommandState::kInDoubt);
  EXPECT_EQ(told, 1);
}

TEST_F(LinkLeaseTest, ThatIsOverEndsTheLinkToo) {
  gateway_.outlet->Take();
  h_.clock.Advance(h_.settings.gateway_lease + std::chrono::seconds(5));
  h_.sweeper.Sweep();
  EXPECT_TRUE(gateway_.link->open());
  h_.clock.Advance(Duration(1));
  h_.sweeper.Sweep();
  EXPECT_FALSE(gateway_.link->open());
}

TEST_F(LinkLeaseTest, KeepsTheLinkWhileItIsRenewed) {
  h_.clock.Advance(h_.settings.gateway_lease);
  gateway_.link->Receive(RenewalOf(1));
  h_.Settle();
  h_.clock.Advance(h_.settings.gateway_lease);
  h_.sweeper.Sweep();
  EXPECT_TRUE(gateway_.link->open());
}

TEST(LinkLease, OfTheOnlyGatewayThereCanBeHasNoEnd) {
  RegistryHarness h;
  h.AddAgent("a");
  const storage::Fence fence = h.OpenSession("a");
  const LinkedGatewayUnderTest gateway = h.JoinedLink({{fence, {}}});
  EXPECT_TRUE(gateway.outlet->Take()[0].welcome().alone());
  ASSERT_TRUE(h.store.RenewLease({"g1", gateway.link->number()}, Duration(0)).ok());
  h.clock.Advance(std::chrono::hours(1));
  h.sweeper.Sweep();
  EXPECT_TRUE(gateway.link->open());
  EXPECT_TRUE(h.store.GetAgent("a")->session);
}

}  // namespace
}  // namespace edgeplane::registry
