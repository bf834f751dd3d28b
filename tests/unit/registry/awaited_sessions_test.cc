// Agents that move from one gateway to another, which may hold them still.
#include "services/registry/awaited_sessions.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/registry/registry_harness.h"

namespace edgeplane::registry {
namespace {

using Ended = std::vector<std::pair<std::string, v1::Disconnect>>;

constexpr Duration kLease = std::chrono::hours(1);

class AwaitedSessionsTest : public testing::Test {
 protected:
  // "a" is connected at g1, and comes to g2.
  AwaitedSessionsTest() {
    h_.AddAgent("a");
    older_ = h_.OpenSession("a");
    holder_ = h_.JoinedLink({{older_, {}}});
    holder_.outlet->Take();
    request_.set_agent_id("a");
    request_.set_bearer(RegistryHarness::kSecret);
    request_.set_gateway_id("g2");
  }

  void Ask(const Abandoned& abandoned = NeverAbandoned) {
    answer_.reset();
    response_.Clear();
    h_.admitter.Admit(request_, response_, abandoned,
                      [this](const Status& status) { answer_ = status; });
    h_.Settle();
  }
  std::optional<storage::Session> Open() { return h_.store.GetAgent("a")->session; }

  RegistryHarness h_;
  storage::Fence older_;
  LinkedGatewayUnderTest holder_;
  v1::AdmitRequest request_;
  v1::AdmitResponse response_;
  std::optional<Status> answer_;
};

TEST_F(AwaitedSessionsTest, AreClosedBeforeTheAgentIsLetIn) {
  Ask();
  EXPECT_FALSE(answer_);
  EXPECT_EQ(h_.awaited.size(), 1u);
  EXPECT_EQ(Open()->gateway_id, "g2");
  // Once for the takeover, and once because it is awaited: the same to the gateway.
  const Ended ended = EndedSessions(holder_.outlet->Take());
  ASSERT_FALSE(ended.empty());
  EXPECT_EQ(ended[0], (Ended::value_type{older_.session_id, v1::SUPERSEDED}));

  holder_.link->Receive(RegistryHarness::ClosedOf(1, older_));
  h_.Settle();
  ASSERT_TRUE(answer_);
  EXPECT_TRUE(answer_->ok());
  EXPECT_EQ(response_.admitted().session_id(), Open()->session_id);
  EXPECT_EQ(response_.admitted().epoch(), Open()->epoch);
  EXPECT_EQ(h_.awaited.size(), 0u);
}

TEST_F(AwaitedSessionsTest, AreAskedForAgainWhenWordWasLost) {
  Ask();
  h_.awaited.Look();
  h_.Settle();
  EXPECT_FALSE(answer_);
  // As another registry would, which then could not say so.
  ASSERT_TRUE(h_.store.EndSession({older_, h_.clock.Now(), {}}).ok());
  h_.awaited.Look();
  h_.Settle();
  EXPECT_TRUE(response_.has_admitted());
}

TEST_F(AwaitedSessionsTest, EndWithTheLeaseOfTheirGateway) {
  Ask();
  ASSERT_TRUE(h_.store.RenewLease({"g1", h_.LinkNumber("g1")}, Duration(0)).ok());
  h_.awaited.Look();
  h_.Settle();
  EXPECT_TRUE(response_.has_admitted());
}

TEST_F(AwaitedSessionsTest, AreNotWaitedForWhenTheLeaseIsOver) {
  ASSERT_TRUE(h_.store.RenewLease({"g1", h_.LinkNumber("g1")}, Duration(0)).ok());
  Ask();
  EXPECT_TRUE(response_.has_admitted());
}

// Its admission never reached it, and the answer to that is all it can say.
TEST_F(AwaitedSessionsTest, AreClosedByAGatewayThatDoesNotKnowThem) {
  Ask();
  storage::Fence unknown = older_;
  unknown.epoch = 0;
  holder_.link->Receive(RegistryHarness::ClosedOf(1, unknown));
  h_.Settle();
  EXPECT_TRUE(response_.has_admitted());
  EXPECT_EQ(h_.store.ListAwaitedSessions("a", "g2")->size(), 0u);
}

TEST_F(AwaitedSessionsTest, AreNotWaitedForByTheirOwnGateway) {
  request_.set_gateway_id("g1");
  Ask();
  EXPECT_TRUE(response_.has_admitted());
}

TEST_F(AwaitedSessionsTest, AreEndedByAGatewayThatDoesNotNameThemAnyMore) {
  Ask();
  h_.JoinedLink();
  h_.awaited.Look();
  h_.Settle();
  EXPECT_TRUE(response_.has_admitted());
}

TEST_F(AwaitedSessionsTest, ThatStayMeanARefusalAndNoSession) {
  ASSERT_TRUE(h_.store.RenewLease({"g1", h_.LinkNumber("g1")}, kLease).ok());
  Ask();
  h_.awaited.Stop();  // as when the time is up
  h_.Settle();
  ASSERT_TRUE(answer_);
  EXPECT_TRUE(answer_->ok());
  EXPECT_EQ(response_.refused().reason(), v1::REGISTRY_UNAVAILABLE);
  EXPECT_NE(response_.refused().detail().find("The gateway g1 may hold the agent still"),
            std::string::npos);
  EXPECT_GT(response_.refused().retry_after().seconds(), 3500);
  EXPECT_LE(response_.refused().retry_after().seconds(), 3600);
  EXPECT_FALSE(Open());
  // The next attempt waits all the same: the older session is not forgotten.
  Ask();
  EXPECT_EQ(response_.refused().reason(), v1::REGISTRY_UNAVAILABLE);
}

TEST_F(AwaitedSessionsTest, LeaveNoSessionToACallerThatIsGone) {
  bool gone = false;
  Ask([&gone] { return gone; });
  gone = true;
  holder_.link->Receive(RegistryHarness::ClosedOf(1, older_));
  h_.Settle();
  ASSERT_TRUE(answer_);
  EXPECT_FALSE(answer_->ok());
  EXPECT_FALSE(response_.has_admitted());
  EXPECT_FALSE(Open());
  EXPECT_FALSE(h_.pending.Find("a"));
}

TEST_F(AwaitedSessionsTest, AreWaitedForWhileTheStoreCannotBeAsked) {
  Ask();
  h_.store.FailOperation(1, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
  h_.awaited.Look();
  h_.Settle();
  EXPECT_FALSE(answer_);
  EXPECT_EQ(h_.awaited.size(), 1u);
  h_.awaited.Closed(older_.session_id);
  h_.Settle();
  EXPECT_TRUE(response_.has_admitted());
  // Once is enough.
  h_.awaited.Closed(older_.session_id);
  h_.awaited.Closed("another");
}

}  // namespace
}  // namespace edgeplane::registry
