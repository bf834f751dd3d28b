#include "services/admin/agent_secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Pair;
using v1::ErrorReason;

constexpr std::chrono::hours kDay(24);

class AgentSecretsTest : public DomainTest {
 protected:
  Result<v1::RotateSecretResponse> Rotate(const std::string& agent_id, int64_t overlap_s = 0) {
    v1::RotateSecretRequest request;
    request.set_agent_id(agent_id);
    if (overlap_s > 0) request.mutable_overlap()->set_seconds(overlap_s);
    return secrets_.Rotate(request);
  }

  Result<v1::Agent> Retire(const std::string& agent_id) {
    v1::RetireSecretRequest request;
    request.set_agent_id(agent_id);
    return secrets_.Retire(request);
  }

  std::vector<storage::SealedSecret> Secrets(const std::string& agent_id) {
    return store_.GetCredentials(agent_id)->secrets;
  }
};

TEST_F(AgentSecretsTest, RotatingMakesASecretThatTheVaultOpensAndRetiresTheOldAtOnce) {
  const std::string old = CreateAgent("a").secret();
  clock_.Advance(std::chrono::seconds(5));
  const auto rotated = Rotate("a");
  ASSERT_TRUE(rotated.ok()) << rotated.error().message;
  EXPECT_THAT(rotated->secret(), MatchesRegex("[0-9a-f]{64}"));
  EXPECT_NE(rotated->secret(), old);
  EXPECT_EQ(rotated->agent().secret_fingerprint(), vault_.Fingerprint(rotated->secret()));
  EXPECT_EQ(rotated->agent().secret_create_time().seconds(), 1'800'000'005);
  const auto secrets = Secrets("a");
  ASSERT_EQ(secrets.size(), 2U);
  EXPECT_EQ(vault_.OpenSecret(secrets[0].sealed, "a")->Reveal(), rotated->secret());
  EXPECT_FALSE(secrets[0].retire_time.has_value());
  EXPECT_EQ(secrets[1].retire_time, clock_.Now());
  EXPECT_THAT(control_.TakeEnded(), ElementsAre(Pair("a", v1::CREDENTIALS_REVOKED)));
}

TEST_F(AgentSecretsTest, WithAnOverlapTheOldIsAcceptedForAWhileAndTheSessionStays) {
  CreateAgent("a");
  ASSERT_TRUE(Rotate("a", 86400).ok());
  EXPECT_EQ(Secrets("a").at(1).retire_time, clock_.Now() + kDay);
  EXPECT_THAT(control_.TakeEnded(), IsEmpty());
}

TEST_F(AgentSecretsTest, AnAgentWithoutASecretGetsItsFirst) {
  storage::Agent agent;
  agent.agent_id = "a";
  ASSERT_TRUE(store_.CreateAgent(agent, std::nullopt).ok());
  ASSERT_TRUE(Rotate("a").ok());
  EXPECT_EQ(Secrets("a").size(), 1U);
}

TEST_F(AgentSecretsTest, RetiringEndsTheSessionThatCameWithAnOldSecret) {
  const std::string old = CreateAgent("a").agent().secret_fingerprint();
  ASSERT_TRUE(Rotate("a", 86400).ok());
  Deliver("a", old);
  const auto retired = Retire("a");
  ASSERT_TRUE(retired.ok()) << retired.error().message;
  EXPECT_EQ(Secrets("a").at(1).retire_time, clock_.Now());
  EXPECT_THAT(control_.TakeEnded(), ElementsAre(Pair("a", v1::CREDENTIALS_REVOKED)));
}

TEST_F(AgentSecretsTest, RetiringLeavesTheSessionThatCameWithTheNewest) {
  CreateAgent("a");
  const std::string newest = Rotate("a", 86400)->agent().secret_fingerprint();
  Deliver("a", newest);
  const auto retired = Retire("a");
  ASSERT_TRUE(retired.ok());
  EXPECT_EQ(retired->session().secret_fingerprint(), newest);
  EXPECT_THAT(control_.TakeEnded(), IsEmpty());
}

TEST_F(AgentSecretsTest, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(CodeOf(Rotate("ghost")), ErrorReason::AGENT_NOT_FOUND);
  EXPECT_EQ(CodeOf(Retire("ghost")), ErrorReason::AGENT_NOT_FOUND);
  EXPECT_EQ(CodeOf(Rotate("a b")), ErrorReason::INVALID_FIELD);
  CreateAgent("a");
  EXPECT_EQ(CodeOf(Retire("a")), ErrorReason::SECRET_NOT_FOUND);
  EXPECT_THAT(control_.TakeEnded(), IsEmpty());
}

// Whether the old secret is still accepted is not known then.
TEST_F(AgentSecretsTest, InDoubtTheSessionEndsAndTheCallerIsToldWhatToDo) {
  CreateAgent("a");
  store_.DoubtOperation(1);
  const auto rotated = Rotate("a");
  ASSERT_EQ(CodeOf(rotated), ErrorReason::STORE_IN_DOUBT);
  EXPECT_THAT(rotated.error().message, HasSubstr("Rotate again"));
  EXPECT_THAT(control_.TakeEnded(), ElementsAre(Pair("a", v1::CREDENTIALS_REVOKED)));
  store_.DoubtOperation(1);
  EXPECT_EQ(CodeOf(Rotate("a", 60)), ErrorReason::STORE_IN_DOUBT);
  EXPECT_THAT(control_.TakeEnded(), IsEmpty());
  store_.FailOperation(1, MakeError(ErrorReason::STORE_UNAVAILABLE, "No."));
  EXPECT_EQ(CodeOf(Rotate("a")), ErrorReason::STORE_UNAVAILABLE);
  EXPECT_THAT(control_.TakeEnded(), IsEmpty());
}

}  // namespace
}  // namespace edgeplane::admin
