#include <cstdio>

#include "tests/contract/store_contract.h"

namespace edgeplane::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class SecretContract : public StoreContract {
 protected:
  static SealedSecret Secret(int number) {
    char fingerprint[9];
    std::snprintf(fingerprint, sizeof fingerprint, "%08d", number);
    return {"sealed " + std::to_string(number), fingerprint, After(number), std::nullopt};
  }
  void MakeWithSecret(const std::string& agent_id, int number) {
    Agent agent;
    agent.agent_id = agent_id;
    agent.create_time = agent.update_time = kStart;
    ASSERT_TRUE(store().CreateAgent(agent, Secret(number)).ok());
  }
  Agent Rotate(const std::string& agent_id, int number, Time retire_time) {
    Result<Agent> agent = store().RotateSecret(agent_id, Secret(number), retire_time);
    EXPECT_TRUE(agent.ok());
    return agent.ok() ? *agent : Agent{};
  }
  std::vector<SealedSecret> Secrets(const std::string& agent_id) {
    Result<AgentCredentials> credentials = store().GetCredentials(agent_id);
    EXPECT_TRUE(credentials.ok());
    return credentials.ok() ? credentials->secrets : std::vector<SealedSecret>{};
  }
  std::vector<std::string> Fingerprints(const std::string& agent_id) {
    std::vector<std::string> fingerprints;
    for (const SealedSecret& secret : Secrets(agent_id)) fingerprints.push_back(secret.fingerprint);
    return fingerprints;
  }
  Fence OpenWith(const std::string& agent_id, int session, const std::string& fingerprint) {
    SessionRequest request = RequestFor(agent_id, session);
    request.secret_fingerprint = fingerprint;
    return {agent_id, Id(session), Grant(request).epoch};
  }
  std::vector<std::string> Lapsed(Time now, size_t count_max = 100,
                                  const std::optional<LapsePosition>& after = std::nullopt) {
    const auto sessions = store().ListLapsedSessions(now, after, count_max);
    EXPECT_TRUE(sessions.ok());
    std::vector<std::string> ids;
    for (const LapsedSession& one : *sessions) ids.push_back(one.session.session_id);
    return ids;
  }
};

TEST_P(SecretContract, RotatingRetiresTheOlderOnes) {
  EXPECT_EQ(CodeOf(store().RotateSecret("a", Secret(2), After(20))), Code::AGENT_NOT_FOUND);
  MakeWithSecret("a", 1);
  Agent agent = Rotate("a", 2, After(20));
  EXPECT_EQ(agent.secret_fingerprint, "00000002");
  EXPECT_EQ(agent.secret_create_time, After(2));
  EXPECT_EQ(agent.update_time, kStart);
  std::vector<SealedSecret> secrets = Secrets("a");
  ASSERT_EQ(secrets.size(), 2u);
  EXPECT_EQ(secrets[0].sealed, "sealed 2");
  EXPECT_FALSE(secrets[0].retire_time.has_value());
  EXPECT_EQ(secrets[1].fingerprint, "00000001");
  EXPECT_EQ(secrets[1].retire_time, After(20));

  Rotate("a", 3, After(30));
  secrets = Secrets("a");
  ASSERT_EQ(secrets.size(), 3u);
  EXPECT_EQ(secrets[1].retire_time, After(30));
  EXPECT_EQ(secrets[2].retire_time, After(20)) << "what is to end earlier still does";
  Rotate("a", 4, After(5));
  secrets = Secrets("a");
  EXPECT_EQ(secrets[1].retire_time, After(5));
  EXPECT_EQ(secrets[2].retire_time, After(5));
  EXPECT_EQ(secrets[3].retire_time, After(5));
  EXPECT_EQ(GetAgent("a").secret_fingerprint, "00000004");
}

TEST_P(SecretContract, AnAgentWithoutOneGetsItsFirst) {
  MakeAgent("a");
  EXPECT_EQ(Rotate("a", 1, After(20)).secret_fingerprint, "00000001");
  EXPECT_THAT(Fingerprints("a"), ElementsAre("00000001"));
}

TEST_P(SecretContract, OfMoreThanEightTheOldestGo) {
  MakeWithSecret("a", 1);
  for (int i = 2; i <= 11; ++i) Rotate("a", i, After(20));
  EXPECT_THAT(Fingerprints("a"), ElementsAre("00000011", "00000010", "00000009", "00000008",
                                             "00000007", "00000006", "00000005", "00000004"));
  EXPECT_EQ(GetAgent("a").secret_fingerprint, "00000011");
}

TEST_P(SecretContract, RetiringEndsAllButTheNewest) {
  EXPECT_EQ(CodeOf(store().RetireSecrets("a", After(9))), Code::AGENT_NOT_FOUND);
  MakeAgent("a");
  EXPECT_EQ(CodeOf(store().RetireSecrets("a", After(9))), Code::SECRET_NOT_FOUND);
  Rotate("a", 1, After(20));
  EXPECT_EQ(CodeOf(store().RetireSecrets("a", After(9))), Code::SECRET_NOT_FOUND);
  Rotate("a", 2, After(5));
  Rotate("a", 3, After(30));
  const Result<Agent> agent = store().RetireSecrets("a", After(9));
  ASSERT_TRUE(agent.ok());
  EXPECT_EQ(agent->secret_fingerprint, "00000003");
  const std::vector<SealedSecret> secrets = Secrets("a");
  ASSERT_EQ(secrets.size(), 3u);
  EXPECT_FALSE(secrets[0].retire_time.has_value());
  EXPECT_EQ(secrets[1].retire_time, After(9));
  EXPECT_EQ(secrets[2].retire_time, After(5)) << "it had ended before";
  EXPECT_EQ(CodeOf(store().RetireSecrets("a", After(10))), Code::SECRET_NOT_FOUND);
}

TEST_P(SecretContract, ListsAndCountsByWhetherThereIsOneInForce) {
  MakeWithSecret("a", 1);
  MakeAgent("b");
  MakeAgent("c");
  Rotate("c", 1, After(1));
  Agent retired;
  retired.agent_id = "d";
  SealedSecret secret = Secret(1);
  secret.retire_time = After(1000);
  ASSERT_TRUE(store().CreateAgent(retired, secret).ok());
  const auto list = [&](bool has_secret) {
    AgentFilter filter;
    filter.has_secret = has_secret;
    std::vector<std::string> ids;
    const Result<Page<Agent>> page = store().ListAgents(filter, {});
    EXPECT_TRUE(page.ok());
    for (const Agent& agent : page->items) ids.push_back(agent.agent_id);
    return ids;
  };
  EXPECT_THAT(list(true), ElementsAre("a", "c"));
  EXPECT_THAT(list(false), ElementsAre("b", "d"));
  EXPECT_EQ(store().CountAgents()->without_secret, 2);
}

TEST_P(SecretContract, ASessionLapsesWithItsSecret) {
  MakeWithSecret("a", 1);
  MakeWithSecret("b", 1);
  MakeWithSecret("c", 1);
  OpenWith("a", 10, "00000001");
  OpenWith("b", 20, "00000001");
  OpenWith("c", 30, "00000001");
  EXPECT_THAT(Lapsed(After(1000)), IsEmpty());
  Rotate("a", 2, After(20));
  EXPECT_THAT(Lapsed(After(19)), IsEmpty());
  EXPECT_THAT(Lapsed(After(20)), ElementsAre(Id(10)));
  Rotate("b", 2, After(30));
  ASSERT_TRUE(store().RetireSecrets("b", After(10)).ok());
  EXPECT_THAT(Lapsed(After(9)), IsEmpty());
  EXPECT_THAT(Lapsed(After(30)), UnorderedElementsAre(Id(10), Id(20)));
  EXPECT_EQ(Lapsed(After(30), 1).size(), 1u);

  // With the new one it is not; and one that comes with the old one later is.
  const Fence fence = OpenWith("a", 11, "00000002");
  EXPECT_THAT(Lapsed(After(30)), ElementsAre(Id(20)));
  const auto sessions = store().ListLapsedSessions(After(30), {}, 10);
  ASSERT_TRUE(sessions.ok());
  EXPECT_EQ(sessions->front().lapse_time, After(10));
  const Session& session = sessions->front().session;
  EXPECT_EQ(session.agent_id, "b");
  EXPECT_EQ(session.gateway_id, "gw");
  EXPECT_EQ(session.secret_fingerprint, "00000001");
  EXPECT_EQ(session.open_time, After(1));
  EXPECT_GT(session.epoch, 0);
  OpenWith("a", 12, "00000001");
  EXPECT_THAT(Lapsed(After(19)), ElementsAre(Id(20)));
  EXPECT_THAT(Lapsed(After(20)), UnorderedElementsAre(Id(12), Id(20)));
  ASSERT_TRUE(store().EndSession({{"a", Id(12), fence.epoch + 1}, After(21), {}}).ok());
  EXPECT_THAT(Lapsed(After(20)), ElementsAre(Id(20)));
}

TEST_P(SecretContract, LapsedSessionsAreListedFromAnyPosition) {
  for (const std::string agent_id : {"c", "a", "b", "d"}) {
    MakeWithSecret(agent_id, 1);
    OpenWith(agent_id, 10 + agent_id[0] - 'a', "00000001");
  }
  Rotate("c", 2, After(10));
  Rotate("b", 2, After(20));
  Rotate("a", 2, After(20));
  Rotate("d", 2, After(40));
  const std::string a = Id(10), b = Id(11), c = Id(12);
  EXPECT_THAT(Lapsed(After(30)), ElementsAre(c, a, b)) << "by time, then by agent";
  EXPECT_THAT(Lapsed(After(30), 2), ElementsAre(c, a));
  EXPECT_THAT(Lapsed(After(30), 2, LapsePosition{After(10), "c"}), ElementsAre(a, b));
  EXPECT_THAT(Lapsed(After(30), 2, LapsePosition{After(20), "a"}), ElementsAre(b));
  EXPECT_THAT(Lapsed(After(30), 2, LapsePosition{After(20), "b"}), IsEmpty());
  // Also behind one that has gone since.
  EXPECT_THAT(Lapsed(After(30), 2, LapsePosition{After(15), "z"}), ElementsAre(a, b));
  // What lapsed nobody knows when comes first, and is gone on behind as well.
  MakeAgent("f");
  OpenWith("f", 15, "");
  MakeAgent("g");
  OpenWith("g", 16, "");
  for (const char* agent_id : {"f", "g"}) Rotate(agent_id, 3, After(500));
  EXPECT_THAT(Lapsed(After(30), 3), ElementsAre(Id(15), Id(16), c));
  EXPECT_THAT(Lapsed(After(30), 2, LapsePosition{Time(), "f"}), ElementsAre(Id(16), c));
}

TEST_P(SecretContract, ASecretThatIsNoLongerKeptIsNotAccepted) {
  MakeWithSecret("a", 1);
  OpenWith("a", 10, "00000001");
  for (int i = 2; i <= 8; ++i) Rotate("a", i, After(1000));
  EXPECT_THAT(Lapsed(After(10)), IsEmpty());
  Rotate("a", 9, After(1000));
  EXPECT_THAT(Lapsed(After(10)), ElementsAre(Id(10)));
}

TEST_P(SecretContract, TheFleetSecretServesUntilThereIsOneOfItsOwn) {
  MakeAgent("a");
  OpenWith("a", 10, "");
  EXPECT_EQ(GetAgent("a").session->secret_fingerprint, "");
  EXPECT_THAT(Lapsed(After(1000)), IsEmpty());
  Rotate("a", 1, After(500));
  EXPECT_THAT(Lapsed(After(10)), ElementsAre(Id(10)));
  OpenWith("a", 11, "00000001");
  EXPECT_EQ(GetAgent("a").session->secret_fingerprint, "00000001");
  EXPECT_THAT(Lapsed(After(1000)), IsEmpty());
}

TEST_P(SecretContract, TheSupersededSessionIsToldWithItsFingerprint) {
  MakeWithSecret("a", 1);
  OpenWith("a", 10, "00000001");
  EXPECT_EQ(Grant(RequestFor("a", 11)).superseded->secret_fingerprint, "00000001");
}

EDGEPLANE_FOR_ALL_STORES(SecretContract);

}  // namespace
}  // namespace edgeplane::storage
