// Newer connections of an agent that take over from older ones, until it is too
// often; and answers nobody waits for any more.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "services/registry/admitter.h"
#include "tests/unit/registry/registry_harness.h"

namespace edgeplane::registry {
namespace {

using std::chrono::seconds;

class TakeoverTest : public testing::Test {
 protected:
  TakeoverTest() { h_.AddAgent("a"); }

  v1::AdmitResponse Admit(const std::string& peer, const Abandoned& abandoned = NeverAbandoned) {
    v1::AdmitRequest request;
    request.set_gateway_id("g1");
    request.set_agent_id("a");
    request.set_bearer(RegistryHarness::kSecret);
    request.set_peer_address(peer);
    v1::AdmitResponse response;
    status_ = h_.Admit(request, response, abandoned);
    return response;
  }

  RegistryHarness h_;
  Status status_;
};

TEST_F(TakeoverTest, TheSessionKnowsTheSecretItWasOpenedWith) {
  ASSERT_TRUE(Admit("10.0.0.1:1").has_admitted());
  EXPECT_EQ(h_.store.GetAgent("a")->session->secret_fingerprint,
            h_.vault.Fingerprint(RegistryHarness::kSecret));
}

TEST_F(TakeoverTest, TwoProcessesThatThrowEachOtherOutAreStopped) {
  // The first opens, and four take over.
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(Admit(i % 2 == 0 ? "10.0.0.1:1" : "10.0.0.2:2").has_admitted()) << i;
    h_.clock.Advance(seconds(1));
  }
  const storage::Session held = *h_.store.GetAgent("a")->session;
  const v1::AdmitResponse response = Admit("10.0.0.2:2");
  ASSERT_TRUE(status_.ok());
  const v1::RefusedAttempt& refused = response.refused();
  EXPECT_EQ(refused.reason(), v1::TAKEOVER_FLAPPING);
  EXPECT_EQ(refused.retry_after().seconds(), 60);
  EXPECT_EQ(refused.presented().credential_kind(), "raw secret");
  EXPECT_EQ(refused.presented().fingerprint(), h_.vault.Fingerprint(RegistryHarness::kSecret));
  EXPECT_EQ(refused.expected().session_peer_address(), "10.0.0.1:1");
  EXPECT_EQ(
      refused.detail(),
      "The session is held by 10.0.0.1:1 at the gateway g1, since 2026-01-31T09:15:04Z. Newer "
      "connections took over 4 times within 1 min (takeover-max), so none may until nobody "
      "has tried for 1 min 30 s (takeover-calm).");
  EXPECT_EQ(h_.store.GetAgent("a")->session->session_id, held.session_id);
  EXPECT_FALSE(h_.pending.Find("a")->fence.session_id != held.session_id);

  // Each attempt puts the calm off; after it the newest wins again.
  for (int i = 0; i < 3; ++i) {
    h_.clock.Advance(seconds(60));
    EXPECT_TRUE(Admit("10.0.0.2:2").has_refused());
  }
  h_.clock.Advance(seconds(91));
  EXPECT_TRUE(Admit("10.0.0.2:2").has_admitted());
}

TEST_F(TakeoverTest, TheLimitsAreSettings) {
  RegistrySettings settings = HarnessSettings();
  settings.takeovers.takeovers_max = 1;
  settings.takeovers.calm = seconds(10);
  RegistryHarness h(settings);
  h.AddAgent("a");
  v1::AdmitRequest request;
  request.set_gateway_id("g1");
  request.set_agent_id("a");
  request.set_bearer(RegistryHarness::kSecret);
  v1::AdmitResponse response;
  for (int i = 0; i < 3; ++i) {
    response.Clear();
    ASSERT_TRUE(h.Admit(request, response).ok());
    EXPECT_EQ(response.has_admitted(), i < 2);
  }
  EXPECT_EQ(response.refused().retry_after().seconds(), 7) << "whole seconds, rounded up";
}

// The gateway's deadline has passed: the agent may be back already.
TEST_F(TakeoverTest, OpensNoSessionNobodyWaitsFor) {
  ASSERT_TRUE(Admit("10.0.0.1:1").has_admitted());
  const std::string held = h_.store.GetAgent("a")->session->session_id;
  EXPECT_EQ(Admit("10.0.0.2:2", [] { return true; }).decision_case(),
            v1::AdmitResponse::DECISION_NOT_SET);
  EXPECT_FALSE(status_.ok());
  EXPECT_EQ(h_.store.GetAgent("a")->session->session_id, held);
}

TEST_F(TakeoverTest, EndsASessionWhoseAnswerNobodyWaitedFor) {
  int asked = 0;
  EXPECT_EQ(Admit("10.0.0.1:1", [&] { return ++asked == 2; }).decision_case(),
            v1::AdmitResponse::DECISION_NOT_SET);
  EXPECT_FALSE(status_.ok());
  EXPECT_FALSE(h_.store.GetAgent("a")->session);
  EXPECT_FALSE(h_.pending.Find("a"));
}

TEST_F(TakeoverTest, ASessionThatCouldNotBeEndedStaysPending) {
  int asked = 0;
  Admit("10.0.0.1:1", [&] {
    if (++asked != 2) return false;
    h_.store.FailOperation(1, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
    return true;
  });
  EXPECT_TRUE(h_.store.GetAgent("a")->session);
  EXPECT_TRUE(h_.pending.Find("a"));
}

TEST_F(TakeoverTest, EndingASessionSaysWhetherItsGatewayWasTold) {
  Admit("10.0.0.1:1");
  const storage::Session session = *h_.store.GetAgent("a")->session;
  EXPECT_FALSE(h_.control.EndThisSession(session, v1::OPERATOR_DISCONNECTED));
  const LinkedGatewayUnderTest gateway =
      h_.JoinedLink({{{"a", session.session_id, session.epoch}, {}}});
  gateway.outlet->Take();
  EXPECT_TRUE(h_.control.EndThisSession(session, v1::OPERATOR_DISCONNECTED));
  EXPECT_EQ(EndedSessions(gateway.outlet->Take()).size(), 1u);
  EXPECT_FALSE(h_.directory.Find("a"));
}

TEST_F(TakeoverTest, ASessionThatAHelloNamesIsNotPending) {
  const v1::AdmitResponse response = Admit("10.0.0.1:1");
  const storage::Fence fence{"a", response.admitted().session_id(), response.admitted().epoch()};
  const LinkedGatewayUnderTest gateway = h_.JoinedLink({{fence, {}}});
  EXPECT_FALSE(h_.pending.Find("a"));
  EXPECT_TRUE(h_.directory.Find("a"));
}

}  // namespace
}  // namespace edgeplane::registry
