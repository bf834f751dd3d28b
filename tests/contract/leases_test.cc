// Links, leases, and agents that move from one gateway to another.
#include <tuple>

#include "tests/contract/session_contract.h"

namespace edgeplane::storage {
namespace {

constexpr Duration kLong = std::chrono::hours(1);
constexpr Duration kOver{0};

class LeaseContract : public SessionContract {
 protected:
  int64_t Link(const std::string& gateway_id, Duration lease = kLong) {
    const Result<int64_t> link = store().BeginLink({gateway_id}, lease, kStart);
    EXPECT_TRUE(link.ok());
    return link.ok() ? *link : -1;
  }
  static SessionRequest Over(int64_t link, const std::string& gateway_id, int session) {
    SessionRequest request = RequestFor("a", session, gateway_id);
    request.link = link;
    return request;
  }
  Ids AwaitedFor(const std::string& gateway_id) {
    const auto awaited = store().ListAwaitedSessions("a", gateway_id);
    EXPECT_TRUE(awaited.ok());
    Ids ids;
    if (awaited.ok()) {
      for (const AwaitedSession& session : *awaited) ids.push_back(session.session_id);
    }
    return ids;
  }
  std::optional<ReleasedGateway> Release() {
    auto released = store().ReleaseSilentGateway(After(9));
    EXPECT_TRUE(released.ok());
    return released.ok() ? *std::move(released) : std::nullopt;
  }
  static Fence FenceOf(const SessionGrant& grant, int session) {
    return {"a", Id(session), grant.epoch};
  }
};

TEST_P(LeaseContract, ALinkHasTheNumberThatTheGatewayGaveIt) {
  const auto begin = [this](int64_t number) {
    return store().BeginLink({"gw", number}, kLong, kStart);
  };
  EXPECT_EQ(*begin(1'000'000), 1'000'000);
  EXPECT_EQ(*begin(1'000'007), 1'000'007);
  EXPECT_EQ(*begin(0), 1'000'008) << "the next one, where it gives none";
}

// What the gateway said of itself over an earlier link is old, whenever it is heard.
TEST_P(LeaseContract, ALinkThatIsNoLaterThanTheLastIsFenced) {
  ASSERT_TRUE(store().BeginLink({"gw", 10}, kLong, kStart).ok());
  EXPECT_EQ(CodeOf(store().BeginLink({"gw", 10}, kLong, kStart)), Code::SESSION_FENCED);
  EXPECT_EQ(CodeOf(store().BeginLink({"gw", 9}, kLong, kStart)), Code::SESSION_FENCED);
  EXPECT_TRUE(store().RenewLease({"gw", 10}, kLong).ok()) << "the last one stays";
  EXPECT_EQ(*store().BeginLink({"other", 9}, kLong, kStart), 9);
}

TEST_P(LeaseContract, EachLinkHasAHigherNumberAndFencesOffTheEarlier) {
  MakeAgent("a");
  const int64_t first = Link("gw");
  const SessionGrant grant = Grant(Over(first, "gw", 1));
  Enqueue(CommandFor("a", 2));
  const int64_t second = Link("gw");
  EXPECT_GT(second, first);
  EXPECT_GT(Link("other"), 0);

  EXPECT_EQ(CodeOf(store().RenewLease({"gw", first}, kLong)), Code::SESSION_FENCED);
  EXPECT_EQ(CodeOf(store().ReconcileGateway({"gw", first}, {}, kStart)), Code::SESSION_FENCED);
  EXPECT_EQ(CodeOf(store().OpenSession(Over(first, "gw", 3))), Code::SESSION_FENCED);
  Claim claim = ClaimBy(FenceOf(grant, 1));
  claim.link = first;
  EXPECT_EQ(CodeOf(store().ClaimCommands(claim)), Code::SESSION_FENCED);
  ASSERT_TRUE(store().SetDesiredConfig("a", "{}", false, kStart).ok());
  EXPECT_EQ(CodeOf(store().OfferConfig(claim.fence, first)), Code::SESSION_FENCED);

  EXPECT_TRUE(store().RenewLease({"gw", second}, kLong).ok());
  EXPECT_TRUE(store().ReconcileGateway({"gw", second}, {{claim.fence, {}}}, kStart).ok());
  claim.link = second;
  EXPECT_THAT(IdsOf(*store().ClaimCommands(claim)), ElementsAre(Id(2)));
  EXPECT_TRUE(store().OfferConfig(claim.fence, second)->has_value());
}

TEST_P(LeaseContract, AGatewayWhoseLeaseIsOverOpensNoSessions) {
  MakeAgent("a");
  const int64_t link = Link("gw", kOver);
  EXPECT_EQ(CodeOf(store().OpenSession(Over(link, "gw", 1))), Code::GATEWAY_NOT_LINKED);
  EXPECT_FALSE(GetAgent("a").session);
  EXPECT_EQ(CodeOf(store().RenewLease({"gw", link}, kLong)), Code::SESSION_FENCED);
  EXPECT_TRUE(store().OpenSession(Over(Link("gw"), "gw", 1)).ok());
}

TEST_P(LeaseContract, OneThatMovesAwaitsTheOtherGatewaysWord) {
  MakeAgent("a");
  const int64_t one = Link("gw-1");
  const int64_t two = Link("gw-2");
  const SessionGrant older = Grant(Over(one, "gw-1", 1));
  EXPECT_THAT(older.awaited, IsEmpty());
  const SessionGrant newer = Grant(Over(two, "gw-2", 2));
  ASSERT_EQ(newer.awaited.size(), 1U);
  EXPECT_EQ(newer.awaited.front().agent_id, "a");
  EXPECT_EQ(newer.awaited.front().session_id, Id(1));
  EXPECT_EQ(newer.awaited.front().gateway_id, "gw-1");
  EXPECT_GT(newer.awaited.front().lease_left, Duration::zero());
  EXPECT_LE(newer.awaited.front().lease_left, kLong);
  EXPECT_THAT(AwaitedFor("gw-2"), ElementsAre(Id(1)));
  EXPECT_THAT(AwaitedFor("gw-1"), IsEmpty());

  EXPECT_FALSE(End(FenceOf(older, 1)));
  EXPECT_THAT(AwaitedFor("gw-2"), IsEmpty());
  EXPECT_EQ(GetAgent("a").session->session_id, Id(2));
}

TEST_P(LeaseContract, OneThatComesAgainAwaitsWhatAnEarlierAttemptDid) {
  MakeAgent("a");
  const int64_t one = Link("gw-1");
  const int64_t two = Link("gw-2");
  Grant(Over(one, "gw-1", 1));
  const SessionGrant gives_up = Grant(Over(two, "gw-2", 2));
  EXPECT_TRUE(End(FenceOf(gives_up, 2), Ids()));
  const SessionGrant again = Grant(Over(two, "gw-2", 3));
  EXPECT_FALSE(again.superseded);
  ASSERT_EQ(again.awaited.size(), 1U);
  EXPECT_EQ(again.awaited.front().session_id, Id(1));
}

TEST_P(LeaseContract, NobodyAwaitsAtTheSameGatewayOrOneWhoseLeaseIsOver) {
  MakeAgent("a");
  const int64_t one = Link("gw-1");
  const int64_t two = Link("gw-2");
  Grant(Over(one, "gw-1", 1));
  EXPECT_THAT(Grant(Over(one, "gw-1", 2)).awaited, IsEmpty());
  ASSERT_TRUE(store().RenewLease({"gw-1", one}, kOver).ok());
  EXPECT_THAT(Grant(Over(two, "gw-2", 3)).awaited, IsEmpty());
  Grant(Over(Link("gw-3"), "gw-3", 4));
  EXPECT_THAT(AwaitedFor("gw-1"), ElementsAre(Id(3)));
  ASSERT_TRUE(store().RenewLease({"gw-2", two}, kOver).ok());
  EXPECT_THAT(AwaitedFor("gw-1"), IsEmpty());
}

TEST_P(LeaseContract, WhatAGatewayDoesNotHoldIsNotAwaited) {
  MakeAgent("a");
  const int64_t one = Link("gw-1");
  const SessionGrant older = Grant(Over(one, "gw-1", 1));
  Grant(Over(Link("gw-2"), "gw-2", 2));
  const auto held = store().ReconcileGateway({"gw-1", one}, {{FenceOf(older, 1), {}}}, After(3));
  ASSERT_TRUE(held.ok());
  EXPECT_EQ(held->stale.size(), 1U);
  EXPECT_THAT(AwaitedFor("gw-2"), ElementsAre(Id(1)));
  ASSERT_TRUE(store().ReconcileGateway({"gw-1", one}, {}, After(4)).ok());
  EXPECT_THAT(AwaitedFor("gw-2"), IsEmpty());
}

TEST_P(LeaseContract, ASilentGatewayIsReleasedOnce) {
  MakeAgent("a");
  const int64_t link = Link("gw");
  const SessionGrant grant = Grant(Over(link, "gw", 1));
  Enqueue(CommandFor("a", 2));
  Claim claim = ClaimBy(FenceOf(grant, 1));
  claim.link = link;
  ASSERT_TRUE(store().ClaimCommands(claim).ok());
  EXPECT_FALSE(Release());
  ASSERT_TRUE(store().RenewLease({"gw", link}, kOver).ok());
  const std::optional<ReleasedGateway> released = Release();
  ASSERT_TRUE(released);
  EXPECT_EQ(released->gateway_id, "gw");
  ASSERT_EQ(released->reconciled.ended.size(), 1U);
  EXPECT_EQ(released->reconciled.ended.front().session_id, Id(1));
  EXPECT_THAT(MovedOf(released->reconciled.moved),
              ElementsAre(std::pair(Id(2), CommandState::kQueued)));
  EXPECT_FALSE(GetAgent("a").session);
  EXPECT_FALSE(Release());
  // Should it be back, it has to say what it holds.
  EXPECT_EQ(CodeOf(store().RenewLease({"gw", link}, kLong)), Code::SESSION_FENCED);
  EXPECT_GT(Link("gw"), link);
}

TEST_P(LeaseContract, GatewaysAreListedWhileTheirLeaseRuns) {
  MakeAgent("a");
  Link("gw-2", kOver);
  const int64_t link = Link("gw-1");
  Link("gw-3");
  Grant(Over(link, "gw-1", 1));
  const auto gateways = store().ListGateways(10);
  ASSERT_TRUE(gateways.ok());
  ASSERT_EQ(gateways->size(), 2U);
  EXPECT_EQ(gateways->front().gateway_id, "gw-1");
  EXPECT_EQ(gateways->front().link_time, kStart);
  EXPECT_EQ(gateways->front().sessions, 1);
  EXPECT_EQ(gateways->back().sessions, 0);
  EXPECT_EQ(store().ListGateways(1)->size(), 1U);
}

TEST_P(LeaseContract, SessionsAreLookedAtForWhatTheyWant) {
  for (const char* agent_id : {"b", "commands", "config", "disabled", "nothing", "z"}) {
    MakeAgent(agent_id);
    Open(agent_id, 1, agent_id == std::string("z") ? "gw-2" : "gw");
  }
  MakeAgent("away");
  Enqueue(CommandFor("commands", 2));
  Enqueue(CommandFor("away", 3));
  ASSERT_TRUE(store().SetDesiredConfig("config", "{}", false, kStart).ok());
  ASSERT_TRUE(store().DisableAgent("disabled", "", kStart).ok());
  const auto look = [&](const std::string& after, size_t count) {
    std::vector<std::tuple<std::string, bool, bool, bool>> seen;
    const auto looks = store().LookAtSessions("gw", after, kStart, count);
    EXPECT_TRUE(looks.ok());
    for (const SessionLook& one : *looks) {
      seen.emplace_back(one.fence.agent_id, one.commands, one.config, one.disabled);
    }
    return seen;
  };
  EXPECT_THAT(look("b", 3), ElementsAre(std::tuple("commands", true, false, false),
                                        std::tuple("config", false, true, false),
                                        std::tuple("disabled", false, false, true)));
  EXPECT_THAT(look("disabled", 3), ElementsAre(std::tuple("nothing", false, false, false)));
  EXPECT_EQ(store().LookAtSessions("gw", "", kStart, 1)->front().fence.session_id, Id(1));
}

EDGEPLANE_FOR_ALL_STORES(LeaseContract);

}  // namespace
}  // namespace edgeplane::storage
