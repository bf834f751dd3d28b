#include "services/registry/admitter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/registry/registry_harness.h"

namespace edgeplane::registry {
namespace {

using Ended = std::vector<std::pair<std::string, v1::Disconnect>>;

class AdmitterTest : public testing::Test {
 protected:
  AdmitterTest() { h_.AddAgent("a"); }

  static v1::AdmitRequest Request(const std::string& agent_id = "a",
                                  const std::string& bearer = std::string(64, 'a')) {
    v1::AdmitRequest request;
    request.set_gateway_id("g1");
    request.set_agent_id(agent_id);
    request.set_bearer(bearer);
    request.set_peer_address("10.0.0.1:4711");
    return request;
  }
  Status Admit(const v1::AdmitRequest& request) {
    response_.Clear();
    return h_.Admit(request, response_);
  }

  RegistryHarness h_;
  v1::AdmitResponse response_;
};

TEST_F(AdmitterTest, OpensASession) {
  ASSERT_TRUE(Admit(Request()).ok());
  const storage::Session session = *h_.store.GetAgent("a")->session;
  EXPECT_EQ(response_.admitted().session_id(), session.session_id);
  EXPECT_EQ(response_.admitted().epoch(), session.epoch);
  EXPECT_EQ(session.gateway_id, "g1");
  EXPECT_EQ(session.peer_address, "10.0.0.1:4711");
  EXPECT_EQ(h_.pending.Find("a")->fence.session_id, session.session_id);
  EXPECT_NE(h_.metrics_registry.Render().find("edgeplane_admission_duration_seconds_count 1"),
            std::string::npos);
}

TEST_F(AdmitterTest, ARefusalIsAnAnswer) {
  ASSERT_TRUE(Admit(Request("a", std::string(64, 'x'))).ok());
  EXPECT_EQ(response_.refused().reason(), v1::SECRET_MISMATCH);
  EXPECT_EQ(response_.refused().expected().fingerprint(),
            h_.vault.Fingerprint(std::string(64, 'a')));
  EXPECT_FALSE(response_.refused().detail().empty());
  ASSERT_TRUE(Admit(Request("nobody")).ok());
  EXPECT_EQ(response_.refused().reason(), v1::AGENT_UNKNOWN);
  EXPECT_FALSE(h_.store.GetAgent("a")->session);
}

TEST_F(AdmitterTest, AStoreFailureIsNone) {
  for (int64_t nth = 1; nth <= 2; ++nth) {
    h_.store.FailOperation(nth, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
    const Status status = Admit(Request());
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, v1::ErrorReason::STORE_UNAVAILABLE);
    EXPECT_EQ(response_.decision_case(), v1::AdmitResponse::DECISION_NOT_SET);
  }
  ASSERT_TRUE(Admit(Request()).ok());
  EXPECT_TRUE(response_.has_admitted());
}

TEST_F(AdmitterTest, ChecksTheRequest) {
  const auto expect_invalid = [this](void (*spoil)(v1::AdmitRequest&)) {
    v1::AdmitRequest request = Request();
    spoil(request);
    const Status status = Admit(request);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, v1::ErrorReason::INVALID_FIELD);
  };
  expect_invalid([](v1::AdmitRequest& r) { r.clear_gateway_id(); });
  expect_invalid([](v1::AdmitRequest& r) { r.set_gateway_id(std::string(129, 'g')); });
  expect_invalid([](v1::AdmitRequest& r) { r.clear_agent_id(); });
  expect_invalid([](v1::AdmitRequest& r) { r.set_agent_id(std::string(129, 'a')); });
  expect_invalid([](v1::AdmitRequest& r) { r.clear_bearer(); });
  expect_invalid([](v1::AdmitRequest& r) { r.set_bearer(std::string(1025, 'b')); });
  expect_invalid([](v1::AdmitRequest& r) { r.set_peer_address(std::string(65, 'p')); });
}

TEST_F(AdmitterTest, ATakeoverEndsTheOlderSessionWhereItIs) {
  ASSERT_TRUE(Admit(Request()).ok());
  const storage::Fence first{"a", response_.admitted().session_id(), response_.admitted().epoch()};
  LinkedGatewayUnderTest gateway = h_.JoinedLink({{first, {}}});
  gateway.outlet->Take();

  ASSERT_TRUE(Admit(Request()).ok());
  EXPECT_GT(response_.admitted().epoch(), first.epoch);
  EXPECT_EQ(EndedSessions(gateway.outlet->Take()), (Ended{{first.session_id, v1::SUPERSEDED}}));
  EXPECT_FALSE(h_.directory.Find("a"));
  EXPECT_NE(h_.metrics_registry.Render().find("edgeplane_takeovers_total 1"), std::string::npos);
}

TEST_F(AdmitterTest, WhatMovesInATakeoverIsCountedAndTold) {
  ASSERT_TRUE(Admit(Request()).ok());
  const storage::Fence first{"a", response_.admitted().session_id(), response_.admitted().epoch()};
  const std::string id = h_.Enqueue("a", 1);
  const LinkedGatewayUnderTest gateway = h_.JoinedLink({{first, {}}});
  EXPECT_EQ(Delivered(gateway.outlet->Take()), std::vector<std::string>{id});
  int told = 0;
  const auto subscription = h_.signals.Subscribe(id, [&] { ++told; });
  ASSERT_TRUE(Admit(Request()).ok());
  EXPECT_EQ(h_.StateOf(id), storage::CommandState::kInDoubt);
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(h_.Shows("edgeplane_commands_total{state=\"IN_DOUBT\"} 1"));
}

// Says the time, and has something happen the second time it is asked: Admit
// asks for the decision, and again for the session.
class EventfulClock final : public Clock {
 public:
  EventfulClock(Time now, std::function<void()> event) : now_(now), event_(std::move(event)) {}
  [[nodiscard]] Time Now() const override {
    if (++asked_ == 2) event_();
    return now_;
  }

 private:
  const Time now_;
  const std::function<void()> event_;
  mutable std::atomic<int> asked_ = 0;
};

TEST_F(AdmitterTest, WhatChangesAfterTheDecisionIsStillARefusal) {
  const auto admit = [this](std::function<void()> event) {
    const EventfulClock clock(h_.clock.Now(), std::move(event));
    const RegistryParts parts{h_.settings,   h_.store,         clock,        h_.metrics,
                              h_.signals,    h_.event_signals, h_.directory, h_.pending,
                              h_.unanswered, h_.awaited,       h_.peers,     h_.links,
                              h_.dispatcher, h_.pool};
    const Authenticator authenticator(parts, h_.policy);
    Admitter admitter(parts, authenticator);
    response_.Clear();
    EXPECT_TRUE(RegistryHarness::AdmitBy(admitter, Request(), response_).ok());
    return response_.refused();
  };
  v1::RefusedAttempt refused =
      admit([this] { ASSERT_TRUE(h_.store.DisableAgent("a", "", h_.clock.Now()).ok()); });
  EXPECT_EQ(refused.reason(), v1::AGENT_DISABLED);
  EXPECT_EQ(refused.detail(), "An operator disabled the agent a moment ago.");
  ASSERT_TRUE(h_.store.EnableAgent("a", h_.clock.Now()).ok());
  refused = admit([this] { ASSERT_TRUE(h_.store.DeleteAgent("a", h_.clock.Now()).ok()); });
  EXPECT_EQ(refused.reason(), v1::AGENT_UNKNOWN);
  EXPECT_EQ(refused.detail(), "The agent was deleted a moment ago.");
}

TEST_F(AdmitterTest, ControlEndsASessionThatIsOnlyPending) {
  LinkedGatewayUnderTest gateway = h_.JoinedLink();
  gateway.outlet->Take();
  ASSERT_TRUE(Admit(Request()).ok());
  h_.control.EndSession("a", v1::DISABLED);
  h_.Settle();
  EXPECT_EQ(EndedSessions(gateway.outlet->Take()),
            (Ended{{response_.admitted().session_id(), v1::DISABLED}}));
}

TEST_F(AdmitterTest, ControlEndsALiveSessionAndDeliversNoMore) {
  ASSERT_TRUE(Admit(Request()).ok());
  const storage::Fence fence{"a", response_.admitted().session_id(), response_.admitted().epoch()};
  LinkedGatewayUnderTest gateway = h_.JoinedLink({{fence, {}}});
  gateway.outlet->Take();
  h_.control.EndSession("a", v1::OPERATOR_DISCONNECTED);
  const std::string id = h_.Enqueue("a");
  h_.control.CommandQueued("a");
  h_.Settle();
  const std::vector<v1::RegistryMessage> sent = gateway.outlet->Take();
  EXPECT_EQ(EndedSessions(sent), (Ended{{fence.session_id, v1::OPERATOR_DISCONNECTED}}));
  EXPECT_TRUE(Delivered(sent).empty());
  EXPECT_EQ(h_.StateOf(id), storage::CommandState::kQueued);
}

TEST_F(AdmitterTest, ControlEndsASessionThatOnlyTheStoreKnows) {
  LinkedGatewayUnderTest gateway = h_.JoinedLink();
  gateway.outlet->Take();
  const storage::Fence fence = h_.OpenSession("a");
  h_.control.EndSession("a", v1::DISABLED);
  h_.control.EndSession("nobody", v1::DISABLED);
  h_.Settle();
  EXPECT_EQ(EndedSessions(gateway.outlet->Take()), (Ended{{fence.session_id, v1::DISABLED}}));
}

}  // namespace
}  // namespace edgeplane::registry
