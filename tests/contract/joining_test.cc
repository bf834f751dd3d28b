#include <atomic>

#include "tests/contract/store_contract.h"
#include "tests/contract/together.h"

namespace edgeplane::storage {
namespace {

using testing::IsEmpty;

class JoinContract : public StoreContract {
 protected:
  static JoinToken TokenOf(int number) {
    JoinToken token;
    token.join_token_id = Id(number);
    token.sha256 = HashOf(number);
    token.description = "for Küche";
    token.labels = {{"site", "x"}};
    token.create_time = kStart;
    token.expire_time = After(100);
    return token;
  }
  static std::string HashOf(int number) {
    std::string hash(32, '\0');
    hash[31] = static_cast<char>(number);
    return hash;
  }
  static Registration PhoneWith(const std::string& digits, int token) {
    Registration registration;
    registration.token_sha256 = HashOf(token);
    registration.user_phone = digits;
    registration.new_agent_id = "edge_" + digits;
    registration.now = After(5);
    return registration;
  }
  void Create(const JoinToken& token) { ASSERT_TRUE(store().CreateJoinToken(token).ok()); }
  Joined Register(const Registration& registration) {
    Result<Joined> joined = store().RegisterAgent(registration);
    EXPECT_TRUE(joined.ok());
    return joined.ok() ? *joined : Joined{};
  }
  JoinVerdict VerdictOf(const Registration& registration) { return Register(registration).verdict; }
  int64_t Agents() {
    const Result<AgentCounts> counts = store().CountAgents();
    EXPECT_TRUE(counts.ok());
    return counts.ok() ? counts->agents : -1;
  }
  void MakeAgentWithPhone(const std::string& agent_id, const std::string& phone) {
    MakeAgent(agent_id);
    AgentChanges changes;
    changes.user_phone = phone;
    ASSERT_TRUE(store().UpdateAgent(agent_id, changes, kStart).ok());
  }
};

TEST_P(JoinContract, KeepsEveryFieldOfAToken) {
  JoinToken token = TokenOf(1);
  token.user_phone = "4915551";
  token.max_uses = 3;
  const Result<JoinToken> made = store().CreateJoinToken(token);
  ASSERT_TRUE(made.ok());
  const Result<Page<JoinToken>> page = store().ListJoinTokens({});
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->items.size(), 1u);
  for (const JoinToken& got : {*made, page->items[0]}) {
    EXPECT_EQ(got.join_token_id, Id(1));
    EXPECT_EQ(got.sha256, HashOf(1));
    EXPECT_EQ(got.description, "for Küche");
    EXPECT_EQ(got.user_phone, "4915551");
    EXPECT_EQ(got.labels, token.labels);
    EXPECT_EQ(got.max_uses, 3);
    EXPECT_EQ(got.uses, 0);
    EXPECT_EQ(got.create_time, kStart);
    EXPECT_EQ(got.expire_time, After(100));
    EXPECT_FALSE(got.revoke_time.has_value());
  }
}

TEST_P(JoinContract, IdsAndHashesAreMadeOnce) {
  Create(TokenOf(1));
  JoinToken same_id = TokenOf(2);
  same_id.join_token_id = Id(1);
  EXPECT_EQ(CodeOf(store().CreateJoinToken(same_id)), Code::INTERNAL);
  JoinToken same_hash = TokenOf(2);
  same_hash.sha256 = HashOf(1);
  EXPECT_EQ(CodeOf(store().CreateJoinToken(same_hash)), Code::INTERNAL);
}

TEST_P(JoinContract, ListsNewestFirst) {
  for (const int number : {3, 1, 2}) Create(TokenOf(number));
  Result<Page<JoinToken>> page = store().ListJoinTokens({2, std::nullopt});
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->items.size(), 2u);
  EXPECT_EQ(page->items[0].join_token_id, Id(2));
  EXPECT_EQ(page->items[1].join_token_id, Id(1));
  ASSERT_TRUE(page->next.has_value());
  Create(TokenOf(4));
  page = store().ListJoinTokens({2, page->next});
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->items.size(), 1u);
  EXPECT_EQ(page->items[0].join_token_id, Id(3));
  EXPECT_FALSE(page->next.has_value());
  EXPECT_EQ(CodeOf(store().ListJoinTokens({2, "x"})), Code::PAGE_TOKEN_INVALID);
}

TEST_P(JoinContract, ATokenMakesAnAgent) {
  Create(TokenOf(1));
  Registration registration = PhoneWith("15551234568", 1);
  registration.secret = SealedSecret{"sealed", "0a1b2c3d", After(5), std::nullopt};
  const Joined joined = Register(registration);
  EXPECT_EQ(joined.verdict, JoinVerdict::kJoined);
  EXPECT_EQ(joined.agent_id, "edge_15551234568");
  EXPECT_TRUE(joined.created);
  ASSERT_TRUE(joined.token.has_value());
  EXPECT_EQ(joined.token->join_token_id, Id(1));
  EXPECT_EQ(joined.token->uses, 1);
  const Result<AgentCredentials> made = store().GetCredentials("edge_15551234568");
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->agent.user_phone, "+15551234568");
  EXPECT_EQ(made->agent.labels, TokenOf(1).labels);
  EXPECT_EQ(made->agent.create_time, After(5));
  EXPECT_EQ(made->agent.update_time, After(5));
  EXPECT_FALSE(made->agent.disabled);
  ASSERT_EQ(made->secrets.size(), 1u);
  EXPECT_EQ(made->secrets[0].sealed, "sealed");
  EXPECT_EQ(made->agent.secret_fingerprint, "0a1b2c3d");
}

TEST_P(JoinContract, RegisteringAgainGivesTheSameAgentAndUsesNothing) {
  JoinToken token = TokenOf(1);
  token.max_uses = 1;
  Create(token);
  EXPECT_TRUE(Register(PhoneWith("1555", 1)).created);
  Registration again = PhoneWith("1555", 1);
  again.secret = SealedSecret{"other", "ffffffff", After(5), std::nullopt};
  const Joined joined = Register(again);
  EXPECT_EQ(joined.verdict, JoinVerdict::kJoined);
  EXPECT_EQ(joined.agent_id, "edge_1555");
  EXPECT_FALSE(joined.created);
  EXPECT_EQ(joined.token->uses, 1);
  const Result<AgentCredentials> credentials = store().GetCredentials("edge_1555");
  ASSERT_TRUE(credentials.ok());
  EXPECT_THAT(credentials->secrets, IsEmpty()) << "a secret is for a new agent only";
  EXPECT_EQ(VerdictOf(PhoneWith("1556", 1)), JoinVerdict::kExhausted);
  EXPECT_EQ(Agents(), 1);
}

TEST_P(JoinContract, AnotherTokenThatIsUsedUpDoesNotKnowTheAgent) {
  JoinToken token = TokenOf(2);
  token.max_uses = 1;
  Create(TokenOf(1));
  Create(token);
  Register(PhoneWith("1555", 1));
  const Joined joined = Register(PhoneWith("1555", 2));
  EXPECT_EQ(joined.verdict, JoinVerdict::kJoined);
  EXPECT_FALSE(joined.created);
  EXPECT_EQ(joined.token->uses, 0) << "only a new agent counts";
  Register(PhoneWith("1556", 2));
  EXPECT_EQ(VerdictOf(PhoneWith("1555", 2)), JoinVerdict::kExhausted);
  EXPECT_EQ(VerdictOf(PhoneWith("1555", 1)), JoinVerdict::kJoined);
}

TEST_P(JoinContract, ADeletedAgentGivesNoUseBack) {
  JoinToken token = TokenOf(1);
  token.max_uses = 1;
  Create(token);
  Register(PhoneWith("1555", 1));
  ASSERT_TRUE(store().DeleteAgent("edge_1555", After(6)).ok());
  EXPECT_EQ(VerdictOf(PhoneWith("1555", 1)), JoinVerdict::kExhausted);
  EXPECT_EQ(Agents(), 0);
}

TEST_P(JoinContract, TheAgentAPhoneHasIsFoundByItsDigits) {
  Create(TokenOf(1));
  MakeAgentWithPhone("luna1", "+1 (555) 123-45.68");
  EXPECT_EQ(Register(PhoneWith("15551234568", 1)).agent_id, "luna1");
  EXPECT_EQ(GetAgent("luna1").labels.size(), 0u) << "it is not the token's agent";
  // With the id that it would get, whatever its phone is now.
  MakeAgentWithPhone("edge_15551234568", "+999");
  EXPECT_EQ(Register(PhoneWith("15551234568", 1)).agent_id, "edge_15551234568");
}

TEST_P(JoinContract, WhereTwoHaveThePhoneNeitherIsMeant) {
  Create(TokenOf(1));
  MakeAgentWithPhone("luna1", "+1555");
  MakeAgentWithPhone("luna2", "1-555");
  MakeAgentWithPhone("other", "+15550");
  const Joined joined = Register(PhoneWith("1555", 1));
  EXPECT_TRUE(joined.created);
  EXPECT_EQ(joined.agent_id, "edge_1555");
}

TEST_P(JoinContract, EveryOtherVerdictMakesNothing) {
  Create(TokenOf(1));
  JoinToken bound = TokenOf(2);
  bound.user_phone = "1777";
  Create(bound);
  const Joined unknown = Register(PhoneWith("1555", 9));
  EXPECT_EQ(unknown.verdict, JoinVerdict::kUnknown);
  EXPECT_FALSE(unknown.token.has_value());
  const Joined mismatch = Register(PhoneWith("1555", 2));
  EXPECT_EQ(mismatch.verdict, JoinVerdict::kPhoneMismatch);
  EXPECT_EQ(mismatch.agent_id, "");
  ASSERT_TRUE(mismatch.token.has_value());
  EXPECT_EQ(mismatch.token->uses, 0);
  Registration late = PhoneWith("1555", 1);
  late.now = After(100);
  EXPECT_EQ(VerdictOf(late), JoinVerdict::kExpired);
  ASSERT_TRUE(store().RevokeJoinToken(Id(1), After(6)).ok());
  EXPECT_EQ(VerdictOf(PhoneWith("1555", 1)), JoinVerdict::kRevoked);
  EXPECT_EQ(Agents(), 0);
  EXPECT_EQ(VerdictOf(PhoneWith("1777", 2)), JoinVerdict::kJoined);
}

TEST_P(JoinContract, RevokingTwiceChangesNothing) {
  EXPECT_EQ(CodeOf(store().RevokeJoinToken(Id(1), kStart)), Code::JOIN_TOKEN_NOT_FOUND);
  Create(TokenOf(1));
  Result<JoinToken> revoked = store().RevokeJoinToken(Id(1), After(6));
  ASSERT_TRUE(revoked.ok());
  EXPECT_EQ(revoked->join_token_id, Id(1));
  EXPECT_EQ(revoked->revoke_time, After(6));
  revoked = store().RevokeJoinToken(Id(1), After(7));
  ASSERT_TRUE(revoked.ok());
  EXPECT_EQ(revoked->revoke_time, After(6));
}

TEST_P(JoinContract, ManyAtOnceMakeNoMoreThanTheTokenAllows) {
  JoinToken token = TokenOf(1);
  token.max_uses = 10;
  Create(token);
  std::atomic<int> created = 0;
  std::atomic<int> exhausted = 0;
  Together(100, [&](int i) {
    const Joined joined = Register(PhoneWith(std::to_string(15'000 + i), 1));
    if (joined.verdict == JoinVerdict::kJoined && joined.created) ++created;
    if (joined.verdict == JoinVerdict::kExhausted) ++exhausted;
  });
  EXPECT_EQ(created, 10);
  EXPECT_EQ(exhausted, 90);
  EXPECT_EQ(Agents(), 10);
  EXPECT_EQ(store().ListJoinTokens({})->items[0].uses, 10);
}

TEST_P(JoinContract, OnePhoneThatRegistersAtOnceIsOneAgent) {
  Create(TokenOf(1));
  std::atomic<int> created = 0;
  Together(16, [&](int) {
    const Joined joined = Register(PhoneWith("1555", 1));
    EXPECT_EQ(joined.agent_id, "edge_1555");
    if (joined.created) ++created;
  });
  EXPECT_EQ(created, 1);
  EXPECT_EQ(store().ListJoinTokens({})->items[0].uses, 1);
}

EDGEPLANE_FOR_ALL_STORES(JoinContract);

}  // namespace
}  // namespace edgeplane::storage
