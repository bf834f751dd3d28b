// Sessions that were granted and that no gateway ever spoke of.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "services/registry/session_end.h"
#include "services/registry/sweeper.h"
#include "tests/unit/registry/registry_harness.h"

namespace edgeplane::registry {
namespace {

// "a" was admitted, and its gateway never spoke of it.
class AbandonedAdmission : public testing::Test {
 protected:
  AbandonedAdmission() { h_.AddAgent("a"); }
  Status Admit() {
    v1::AdmitRequest request;
    request.set_gateway_id("g1");
    request.set_agent_id("a");
    request.set_bearer(std::string(64, 'a'));
    v1::AdmitResponse response;
    return h_.Admit(request, response);
  }
  bool IsConnected() { return h_.store.GetAgent("a")->session.has_value(); }
  void SweepAfter(Duration span) {
    h_.clock.Advance(span);
    h_.sweeper.Sweep();
  }

  RegistryHarness h_;
};

TEST_F(AbandonedAdmission, Ends) {
  const LinkedGatewayUnderTest gateway = h_.JoinedLink();
  ASSERT_TRUE(Admit().ok());
  SweepAfter(std::chrono::minutes(6));
  EXPECT_TRUE(IsConnected());
  SweepAfter(Duration(1));
  EXPECT_FALSE(IsConnected());
  EXPECT_FALSE(h_.pending.Find("a"));
}

TEST_F(AbandonedAdmission, EndsWhereTheStoreDidNotSayWhetherItGrantedIt) {
  h_.store.DoubtOperation(1);
  EXPECT_FALSE(Admit().ok());
  ASSERT_TRUE(IsConnected());
  SweepAfter(std::chrono::seconds(30));
  EXPECT_TRUE(IsConnected());
  SweepAfter(Duration(1));
  EXPECT_FALSE(IsConnected());
  EXPECT_FALSE(h_.pending.Find("a"));
}

TEST_F(AbandonedAdmission, EndsWhereAnEarlierOneIsPendingToo) {
  ASSERT_TRUE(Admit().ok());
  h_.store.DoubtOperation(2);
  EXPECT_FALSE(Admit().ok());
  ASSERT_TRUE(IsConnected());
  SweepAfter(std::chrono::seconds(31));
  EXPECT_FALSE(IsConnected());
}

TEST_F(AbandonedAdmission, StaysWhileItsGatewayIsAwayAndMayHoldIt) {
  ASSERT_TRUE(Admit().ok());
  SweepAfter(std::chrono::minutes(7));
  EXPECT_TRUE(IsConnected());
  EXPECT_TRUE(h_.pending.Find("a"));
}

TEST_F(AbandonedAdmission, DoesNotEndTheSessionThatCameAfterIt) {
  const LinkedGatewayUnderTest gateway = h_.JoinedLink();
  ASSERT_TRUE(Admit().ok());
  const storage::Fence newer = h_.OpenSession("a", "g2");
  SweepAfter(std::chrono::minutes(7));
  EXPECT_EQ(h_.store.GetAgent("a")->session->session_id, newer.session_id);
  EXPECT_FALSE(h_.pending.Find("a"));
}

TEST_F(AbandonedAdmission, IsTriedAgainWhereTheStoreFails) {
  const LinkedGatewayUnderTest gateway = h_.JoinedLink();
  ASSERT_TRUE(Admit().ok());
  // Behind ExpireCommands, ReleaseOverdue and ListLapsedSessions.
  h_.store.FailOperation(4, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
  SweepAfter(std::chrono::minutes(7));
  EXPECT_TRUE(IsConnected());
  SweepAfter(Duration(1));
  EXPECT_FALSE(IsConnected());
}

TEST_F(AbandonedAdmission, IsNotEndedWhenItsGatewaySpeaksOfItAtTheLastMoment) {
  h_.AddAgent("b");
  const LinkedGatewayUnderTest gateway = h_.JoinedLink();
  const storage::Fence a = h_.OpenSession("a");
  const storage::Fence b = h_.OpenSession("b");
  for (const storage::Fence& fence : {a, b}) h_.pending.Granted(fence, "g1", h_.clock.Now());
  // Ending the session of "a" moves its command, which is when "b" opens.
  const std::string id = h_.Enqueue("a", 1);
  storage::Claim claim;
  claim.fence = a;
  claim.link = h_.LinkNumber("g1");
  claim.now = h_.clock.Now();
  ASSERT_TRUE(h_.store.ClaimCommands(claim).ok());
  const auto subscription = h_.signals.Subscribe(id, [&] { h_.pending.Settled(b); });
  SweepAfter(std::chrono::minutes(7));
  EXPECT_FALSE(IsConnected());
  EXPECT_TRUE(h_.store.GetAgent("b")->session);
}

TEST_F(AbandonedAdmission, LeavesNothingInTheDirectory) {
  const LinkedGatewayUnderTest gateway = h_.JoinedLink();
  const storage::Fence fence = h_.OpenSession("a");
  h_.directory.Enter(fence, gateway.link);
  ASSERT_TRUE(EndUntakenSession(h_.parts, fence).ok());
  EXPECT_FALSE(IsConnected());
  EXPECT_FALSE(h_.directory.Find("a"));
}

}  // namespace
}  // namespace edgeplane::registry
