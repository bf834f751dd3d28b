#include "tests/contract/store_contract.h"

namespace edgeplane::storage {
namespace {

class TakeoverContract : public StoreContract {
 protected:
  TakeoverContract() { limits_.takeovers_max = 2; }

  // An attempt of session `number` to be agent "a"'s.
  SessionAnswer Attempt(int number, Time now, const std::string& peer = "192.0.2.1:4711") {
    SessionRequest request = RequestFor("a", number);
    request.takeovers = limits_;
    request.peer_address = peer;
    request.now = now;
    const Result<SessionAnswer> answer = store().OpenSession(request);
    EXPECT_TRUE(answer.ok());
    return answer.ok() ? *answer : SessionAnswer();
  }
  bool Opens(int number, Time now) {
    return std::holds_alternative<SessionGrant>(Attempt(number, now));
  }
  // Agent "a" whose session 3 may no longer be taken over, since After(3).
  void Flapping() {
    MakeAgent("a");
    EXPECT_TRUE(Opens(1, After(1)));
    EXPECT_TRUE(Opens(2, After(2)));
    EXPECT_TRUE(Opens(3, After(3)));
    EXPECT_FALSE(Opens(4, After(4)));
  }
  std::string OpenSessionId() {
    const Agent agent = GetAgent("a");
    return agent.session ? agent.session->session_id : "";
  }

  TakeoverLimits limits_;
};

TEST_P(TakeoverContract, OnlySoManyInAShortTime) {
  MakeAgent("a");
  EXPECT_TRUE(Opens(1, After(1)));
  EXPECT_TRUE(Opens(2, After(2)));
  EXPECT_TRUE(std::holds_alternative<SessionGrant>(Attempt(3, After(3), "198.51.100.7:99")));
  const SessionAnswer answer = Attempt(4, After(4));
  const auto* held = std::get_if<SessionHeld>(&answer);
  ASSERT_NE(held, nullptr);
  EXPECT_EQ(held->by.session_id, Id(3));
  EXPECT_EQ(held->by.agent_id, "a");
  EXPECT_EQ(held->by.peer_address, "198.51.100.7:99");
  EXPECT_EQ(held->by.open_time, After(3));
  EXPECT_EQ(held->takeovers, 2);
  EXPECT_EQ(held->retry_after, std::chrono::seconds(60));
}

TEST_P(TakeoverContract, ARefusedAttemptOpensNothingAndTakesNothing) {
  MakeAgent("a");
  limits_.takeovers_max = 0;
  EXPECT_TRUE(Opens(1, After(1)));
  const Fence fence{"a", Id(1), GetAgent("a").session->epoch};
  Enqueue(CommandFor("a", 1));
  EXPECT_EQ(ClaimAll(fence).size(), 1u);
  EXPECT_FALSE(Opens(2, After(2)));
  EXPECT_EQ(OpenSessionId(), Id(1));
  EXPECT_EQ(Get(Id(1)).state, CommandState::kDelivered);
  EXPECT_EQ(AckOne(AckBy(fence, Id(1), CommandEvent::kAckCompleted, 1)).verdict,
            AckVerdict::kApplied);
}

TEST_P(TakeoverContract, AttemptsThatGoOnAreNotCalm) {
  Flapping();
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(Opens(10 + i, After(90 + 80 * i)));
  EXPECT_EQ(OpenSessionId(), Id(3));
}

TEST_P(TakeoverContract, AfterACalmItIsAsBefore) {
  Flapping();
  EXPECT_FALSE(Opens(5, After(94))) << "90 s after the last one, not more";
  EXPECT_TRUE(Opens(6, After(185)));
  EXPECT_TRUE(Opens(7, After(186)));
  EXPECT_FALSE(Opens(8, After(187)));
}

TEST_P(TakeoverContract, OnesFarApartAreNoFlapping) {
  MakeAgent("a");
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Opens(10 + i, After(1 + 31 * i)));
}

TEST_P(TakeoverContract, TheRecordGoesWithTheSession) {
  Flapping();
  ASSERT_TRUE(store().EndSession({{"a", Id(3), GetAgent("a").session->epoch}, After(5), {}}).ok());
  EXPECT_TRUE(Opens(5, After(6)));
  EXPECT_TRUE(Opens(6, After(7)));
  EXPECT_TRUE(Opens(7, After(8)));
  EXPECT_FALSE(Opens(8, After(9)));
  // With its gateway too.
  ASSERT_TRUE(store().ReconcileGateway({"gw"}, {}, After(10)).ok());
  EXPECT_TRUE(Opens(9, After(11)));
}

TEST_P(TakeoverContract, IsOfOneAgent) {
  Flapping();
  MakeAgent("b");
  Open("b", 20);
  Open("b", 21);
  EXPECT_FALSE(Opens(5, After(5)));
}

EDGEPLANE_FOR_ALL_STORES(TakeoverContract);

}  // namespace
}  // namespace edgeplane::storage
