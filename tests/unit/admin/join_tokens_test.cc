#include "services/admin/join_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/crypto.h"
#include "base/uuid.h"
#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using v1::ErrorReason;

class JoinTokensTest : public DomainTest {
 protected:
  v1::CreateJoinTokenResponse Create(const v1::CreateJoinTokenRequest& request = {}) {
    clock_.Advance(std::chrono::milliseconds(1));
    auto created = join_tokens_.Create(request);
    EXPECT_TRUE(created.ok()) << created.error().message;
    return *created;
  }

  Result<v1::JoinToken> Revoke(const std::string& id) {
    v1::RevokeJoinTokenRequest request;
    request.set_join_token_id(id);
    return join_tokens_.Revoke(request);
  }

  storage::JoinVerdict Join(const std::string& token, const std::string& digits) {
    storage::Registration registration;
    registration.token_sha256 = Sha256(token);
    registration.user_phone = digits;
    registration.new_agent_id = "edge_" + digits;
    registration.now = clock_.Now();
    const auto joined = store_.RegisterAgent(registration);
    EXPECT_TRUE(joined.ok());
    return joined->verdict;
  }
};

TEST_F(JoinTokensTest, CreateGivesATokenThatTheStoreKnowsByItsHashOnly) {
  v1::CreateJoinTokenRequest request;
  request.set_description("Rollout in Köln");
  request.set_user_phone("+15551234568");
  (*request.mutable_labels())["site"] = "cologne";
  request.set_max_uses(3);
  request.mutable_ttl()->set_seconds(90);
  const auto created = Create(request);
  EXPECT_THAT(created.token(), MatchesRegex("ejt_[0-9a-f]{64}"));
  const v1::JoinToken& token = created.join_token();
  EXPECT_TRUE(IsUuid(token.join_token_id()));
  EXPECT_EQ(token.description(), "Rollout in Köln");
  EXPECT_EQ(token.user_phone(), "+15551234568");
  EXPECT_EQ(token.labels().at("site"), "cologne");
  EXPECT_EQ(token.max_uses(), 3);
  EXPECT_EQ(token.uses(), 0);
  EXPECT_EQ(token.create_time().seconds(), 1'800'000'000);
  EXPECT_EQ(token.expire_time().seconds(), 1'800'000'090);
  EXPECT_FALSE(token.has_revoke_time());
  EXPECT_THAT(token.ShortDebugString(), Not(HasSubstr(created.token())));

  const auto stored = store_.ListJoinTokens({});
  ASSERT_EQ(stored->items.size(), 1U);
  EXPECT_EQ(stored->items[0].sha256, Sha256(created.token()));
  EXPECT_EQ(stored->items[0].user_phone, "15551234568");
  EXPECT_EQ(Join(created.token(), "15551234568"), storage::JoinVerdict::kJoined);
  EXPECT_EQ(Join(created.token(), "15559999999"), storage::JoinVerdict::kPhoneMismatch);
}

TEST_F(JoinTokensTest, ItIsGoodForAWeekUnlessSaidOtherwise) {
  const v1::JoinToken token = Create().join_token();
  EXPECT_EQ(token.expire_time().seconds() - token.create_time().seconds(), 7 * 86400);
  EXPECT_EQ(token.max_uses(), 0);
  EXPECT_EQ(token.user_phone(), "");
}

TEST_F(JoinTokensTest, EveryTokenIsAnother) { EXPECT_NE(Create().token(), Create().token()); }

TEST_F(JoinTokensTest, ARevokedOneIsRefusedAndStaysListed) {
  const auto created = Create();
  std::string id = created.join_token().join_token_id();
  for (char& c : id) c = static_cast<char>(std::toupper(c));  // asked for in either case
  clock_.Advance(std::chrono::seconds(10));
  const auto revoked = Revoke(id);
  ASSERT_TRUE(revoked.ok()) << revoked.error().message;
  EXPECT_EQ(revoked->revoke_time().seconds(), 1'800'000'010);
  EXPECT_EQ(Join(created.token(), "1"), storage::JoinVerdict::kRevoked);
  clock_.Advance(std::chrono::seconds(10));
  EXPECT_EQ(Revoke(id)->revoke_time().seconds(), 1'800'000'010);  // twice changes nothing
  EXPECT_EQ(join_tokens_.List({})->join_tokens_size(), 1);
}

TEST_F(JoinTokensTest, Errors) {
  EXPECT_EQ(CodeOf(Revoke(NewUuid(clock_.Now()))), ErrorReason::JOIN_TOKEN_NOT_FOUND);
  EXPECT_EQ(CodeOf(Revoke("x")), ErrorReason::INVALID_FIELD);
  v1::CreateJoinTokenRequest wrong;
  wrong.set_max_uses(-1);
  EXPECT_EQ(CodeOf(join_tokens_.Create(wrong)), ErrorReason::INVALID_FIELD);
  store_.DoubtOperation(1);
  const auto created = join_tokens_.Create({});
  ASSERT_EQ(CodeOf(created), ErrorReason::STORE_IN_DOUBT);
  EXPECT_THAT(created.error().message, HasSubstr("revoke that one and make another"));
}

TEST_F(JoinTokensTest, ListsNewestFirstByPage) {
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) ids.push_back(Create().join_token().join_token_id());
  ASSERT_EQ(Join(Create().token(), "1"), storage::JoinVerdict::kJoined);
  v1::ListJoinTokensRequest request;
  request.set_page_size(2);
  const auto first = join_tokens_.List(request);
  ASSERT_EQ(first->join_tokens_size(), 2);
  EXPECT_EQ(first->join_tokens(0).uses(), 1);
  EXPECT_EQ(first->join_tokens(1).join_token_id(), ids[2]);
  request.set_page_token(first->next_page_token());
  const auto second = join_tokens_.List(request);
  ASSERT_EQ(second->join_tokens_size(), 2);
  EXPECT_EQ(second->join_tokens(1).join_token_id(), ids[0]);
  EXPECT_EQ(second->next_page_token(), "");
  request.set_page_token("bm90IG9uZQ");
  EXPECT_EQ(CodeOf(join_tokens_.List(request)), ErrorReason::PAGE_TOKEN_INVALID);
}

}  // namespace
}  // namespace edgeplane::admin
