#include "services/admin/agents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::Pair;

using AgentsTest = DomainTest;
using v1::ErrorReason;

v1::ImportAgentRequest Import(const std::string& agent_id, const std::string& secret) {
  v1::ImportAgentRequest request;
  request.set_agent_id(agent_id);
  request.set_user_phone("+15551234568");
  request.set_secret(secret);
  return request;
}

TEST_F(AgentsTest, CreateGivesASecretThatTheVaultOpensAgain) {
  v1::CreateAgentRequest request;
  request.set_agent_id("edge_15551234568");
  request.set_user_phone("+15551234568");
  request.set_display_name("Küche");
  (*request.mutable_labels())["site"] = "berlin";
  request.add_allowed_addresses("10.0.0.0/8");
  const auto created = agents_.Create(request);
  ASSERT_TRUE(created.ok()) << created.error().message;
  EXPECT_THAT(created->secret(), MatchesRegex("[0-9a-f]{64}"));

  const v1::Agent& agent = created->agent();
  EXPECT_EQ(agent.agent_id(), "edge_15551234568");
  EXPECT_EQ(agent.user_phone(), "+15551234568");
  EXPECT_EQ(agent.display_name(), "Küche");
  EXPECT_EQ(agent.labels().at("site"), "berlin");
  EXPECT_THAT(agent.allowed_addresses(), ElementsAre("10.0.0.0/8"));
  EXPECT_EQ(agent.create_time().seconds(), 1'800'000'000);
  EXPECT_EQ(agent.secret_create_time().seconds(), 1'800'000'000);
  EXPECT_EQ(agent.secret_fingerprint(), vault_.Fingerprint(created->secret()));
  EXPECT_FALSE(agent.has_session());
  EXPECT_FALSE(agent.has_disable_time());

  const auto credentials = store_.GetCredentials("edge_15551234568");
  ASSERT_TRUE(credentials.ok());
  ASSERT_EQ(credentials->secrets.size(), 1U);
  const auto opened = vault_.OpenSecret(credentials->secrets[0].sealed, "edge_15551234568");
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->Reveal(), created->secret());
  EXPECT_THAT(credentials->secrets[0].sealed, Not(HasSubstr(created->secret())));
}

TEST_F(AgentsTest, CreateGivesEachAgentAnotherSecret) {
  EXPECT_NE(CreateAgent("a").secret(), CreateAgent("b").secret());
}

TEST_F(AgentsTest, AnIdIsTakenOnce) {
  CreateAgent("a");
  v1::CreateAgentRequest request;
  request.set_agent_id("a");
  request.set_user_phone("+15551234568");
  EXPECT_EQ(CodeOf(agents_.Create(request)), ErrorReason::AGENT_ALREADY_EXISTS);
  EXPECT_EQ(CodeOf(agents_.Import(Import("a", "0123456789abcdef"))),
            ErrorReason::AGENT_ALREADY_EXISTS);
}

TEST_F(AgentsTest, ImportKeepsTheSecretThatIsGiven) {
  const auto imported = agents_.Import(Import("luna1", "an old secret, 24 bytes"));
  ASSERT_TRUE(imported.ok()) << imported.error().message;
  EXPECT_EQ(imported->secret_fingerprint(), vault_.Fingerprint("an old secret, 24 bytes"));
}

TEST_F(AgentsTest, ARefusedImportDoesNotRepeatTheSecret) {
  const auto refused = agents_.Import(Import("luna1", " sesame-sesame-sesame"));
  ASSERT_EQ(CodeOf(refused), ErrorReason::INVALID_FIELD);
  EXPECT_THAT(refused.error().message, Not(HasSubstr("sesame")));
  for (const FieldViolation& violation : refused.error().violations) {
    EXPECT_THAT(violation.description, Not(HasSubstr("sesame")));
  }
}

TEST_F(AgentsTest, ACreationInDoubtSaysWhatToDo) {
  store_.DoubtOperation(1);
  v1::CreateAgentRequest request;
  request.set_agent_id("a");
  request.set_user_phone("+15551234568");
  const auto created = agents_.Create(request);
  ASSERT_EQ(CodeOf(created), ErrorReason::STORE_IN_DOUBT);
  EXPECT_THAT(created.error().message, HasSubstr("delete it and create it again"));
}

TEST_F(AgentsTest, WhatIsNotThereIsNotFound) {
  v1::GetAgentRequest get;
  get.set_agent_id("ghost");
  EXPECT_EQ(CodeOf(agents_.Get(get)), ErrorReason::AGENT_NOT_FOUND);
  v1::UpdateAgentRequest update;
  update.mutable_agent()->set_agent_id("ghost");
  update.mutable_update_mask()->add_paths("labels");
  EXPECT_EQ(CodeOf(agents_.Update(update)), ErrorReason::AGENT_NOT_FOUND);
  v1::DisableAgentRequest disable;
  disable.set_agent_id("ghost");
  EXPECT_EQ(CodeOf(agents_.Disable(disable)), ErrorReason::AGENT_NOT_FOUND);
  v1::EnableAgentRequest enable;
  enable.set_agent_id("ghost");
  EXPECT_EQ(CodeOf(agents_.Enable(enable)), ErrorReason::AGENT_NOT_FOUND);
  v1::DeleteAgentRequest remove;
  remove.set_agent_id("ghost");
  EXPECT_EQ(CodeOf(agents_.Delete(remove)), ErrorReason::AGENT_NOT_FOUND);
  EXPECT_THAT(control_.TakeEnded(), IsEmpty());
}

TEST_F(AgentsTest, UpdateChangesWhatTheMaskNamesAndNothingElse) {
  v1::CreateAgentRequest request;
  request.set_agent_id("a");
  request.set_user_phone("111");
  request.set_display_name("before");
  (*request.mutable_labels())["k"] = "v";
  ASSERT_TRUE(agents_.Create(request).ok());
  clock_.Advance(std::chrono::seconds(5));

  v1::UpdateAgentRequest update;
  update.mutable_agent()->set_agent_id("a");
  update.mutable_agent()->set_display_name("after");
  update.mutable_agent()->set_user_phone("not a phone, and not in the mask");
  update.mutable_update_mask()->add_paths("display_name");
  update.mutable_update_mask()->add_paths("labels");
  const auto updated = agents_.Update(update);
  ASSERT_TRUE(updated.ok()) << updated.error().message;
  EXPECT_EQ(updated->display_name(), "after");
  EXPECT_EQ(updated->user_phone(), "111");
  EXPECT_THAT(updated->labels(), IsEmpty());
  EXPECT_EQ(updated->update_time().seconds(), 1'800'000'005);
  EXPECT_EQ(updated->create_time().seconds(), 1'800'000'000);
}

TEST_F(AgentsTest, DisablingEndsTheSessionAndKeepsTheCommands) {
  CreateAgent("a");
  SendCommand("a");
  v1::DisableAgentRequest disable;
  disable.set_agent_id("a");
  disable.set_reason("stolen");
  const auto disabled = agents_.Disable(disable);
  ASSERT_TRUE(disabled.ok());
  EXPECT_TRUE(disabled->disabled());
  EXPECT_EQ(disabled->disabled_reason(), "stolen");
  EXPECT_TRUE(disabled->has_disable_time());
  EXPECT_THAT(control_.TakeEnded(), ElementsAre(Pair("a", v1::DISABLED)));
  EXPECT_EQ(store_.CountCommands()->at(0).state, storage::CommandState::kQueued);

  v1::EnableAgentRequest enable;
  enable.set_agent_id("a");
  const auto enabled = agents_.Enable(enable);
  ASSERT_TRUE(enabled.ok());
  EXPECT_FALSE(enabled->disabled());
  EXPECT_EQ(enabled->disabled_reason(), "");
  EXPECT_THAT(control_.TakeEnded(), IsEmpty());
}

TEST_F(AgentsTest, DisablingAgainKeepsTheReasonUnlessItGivesAnother) {
  CreateAgent("a");
  v1::DisableAgentRequest disable;
  disable.set_agent_id("a");
  disable.set_reason("stolen");
  ASSERT_TRUE(agents_.Disable(disable).ok());
  disable.clear_reason();
  EXPECT_EQ(agents_.Disable(disable)->disabled_reason(), "stolen");
  disable.set_reason("sold");
  EXPECT_EQ(agents_.Disable(disable)->disabled_reason(), "sold");
  v1::EnableAgentRequest enable;
  enable.set_agent_id("a");
  ASSERT_TRUE(agents_.Enable(enable).ok());
  disable.clear_reason();
  EXPECT_EQ(agents_.Disable(disable)->disabled_reason(), "");
}

TEST_F(AgentsTest, DeletingEndsTheSessionAndSignalsTheCancelledCommands) {
  CreateAgent("a");
  const std::string command_id = SendCommand("a").command_id();
  SendCommand("a");
  int changes = 0;
  const auto subscription = signals_.Subscribe(command_id, [&changes] { ++changes; });

  v1::DeleteAgentRequest request;
  request.set_agent_id("a");
  const auto deleted = agents_.Delete(request);
  ASSERT_TRUE(deleted.ok());
  EXPECT_EQ(deleted->cancelled_commands(), 2);
  EXPECT_THAT(control_.TakeEnded(), ElementsAre(Pair("a", v1::CREDENTIALS_REVOKED)));
  EXPECT_EQ(changes, 1);
  EXPECT_THAT(metrics_registry_.Render(),
              HasSubstr("edgeplane_commands_total{state=\"CANCELLED\"} 2"));
}

// Whether the agent is still allowed in is not known then: its session must not
// go on.
TEST_F(AgentsTest, InDoubtTheSessionEnds) {
  CreateAgent("a");
  store_.DoubtOperation(1);
  v1::DisableAgentRequest disable;
  disable.set_agent_id("a");
  disable.set_reason("stolen");
  EXPECT_EQ(CodeOf(agents_.Disable(disable)), ErrorReason::STORE_IN_DOUBT);
  EXPECT_THAT(control_.TakeEnded(), ElementsAre(Pair("a", v1::DISABLED)));
  store_.DoubtOperation(1);
  v1::DeleteAgentRequest remove;
  remove.set_agent_id("a");
  EXPECT_EQ(CodeOf(agents_.Delete(remove)), ErrorReason::STORE_IN_DOUBT);
  EXPECT_THAT(control_.TakeEnded(), ElementsAre(Pair("a", v1::CREDENTIALS_REVOKED)));
}

TEST_F(AgentsTest, AFailedDisableLeavesTheSession) {
  CreateAgent("a");
  store_.FailOperation(1, MakeError(ErrorReason::STORE_UNAVAILABLE, "No."));
  v1::DisableAgentRequest disable;
  disable.set_agent_id("a");
  EXPECT_EQ(CodeOf(agents_.Disable(disable)), ErrorReason::STORE_UNAVAILABLE);
  EXPECT_THAT(control_.TakeEnded(), IsEmpty());
}

TEST_F(AgentsTest, ShowsTheOpenSession) {
  CreateAgent("a");
  const storage::Fence fence = Deliver("a");
  v1::GetAgentRequest request;
  request.set_agent_id("a");
  const auto agent = agents_.Get(request);
  ASSERT_TRUE(agent.ok());
  EXPECT_EQ(agent->session().session_id(), fence.session_id);
  EXPECT_EQ(agent->session().gateway_id(), "g1");
  EXPECT_EQ(agent->session().peer_address(), "10.0.0.1:1");
  EXPECT_EQ(agent->session().epoch(), fence.epoch);
}

TEST_F(AgentsTest, ListsByFilter) {
  for (const char* id : {"east-1", "east-2", "west-1"}) CreateAgent(id);
  v1::DisableAgentRequest disable;
  disable.set_agent_id("east-2");
  ASSERT_TRUE(agents_.Disable(disable).ok());
  v1::ListAgentsRequest request;
  request.mutable_filter()->set_agent_id_prefix("east");
  ASSERT_TRUE(agents_.List(request).ok());
  EXPECT_EQ(agents_.List(request)->agents_size(), 2);
  request.mutable_filter()->set_disabled(false);
  const auto listed = agents_.List(request);
  ASSERT_EQ(listed->agents_size(), 1);
  EXPECT_EQ(listed->agents(0).agent_id(), "east-1");
  EXPECT_EQ(listed->next_page_token(), "");
}

TEST_F(AgentsTest, ListPagesAndBindsItsTokensToTheFilter) {
  for (const char* id : {"a", "b", "c"}) CreateAgent(id);
  v1::ListAgentsRequest request;
  request.set_page_size(2);
  const auto first = agents_.List(request);
  ASSERT_EQ(first->agents_size(), 2);
  ASSERT_NE(first->next_page_token(), "");

  request.set_page_token(first->next_page_token());
  request.set_page_size(100);  // may change from page to page
  const auto second = agents_.List(request);
  ASSERT_TRUE(second.ok());
  ASSERT_EQ(second->agents_size(), 1);
  EXPECT_EQ(second->agents(0).agent_id(), "c");
  EXPECT_EQ(second->next_page_token(), "");

  request.mutable_filter()->set_disabled(false);
  EXPECT_EQ(CodeOf(agents_.List(request)), ErrorReason::PAGE_TOKEN_INVALID);
}

}  // namespace
}  // namespace edgeplane::admin
