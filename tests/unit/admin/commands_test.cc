#include "services/admin/commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/uuid.h"
#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using v1::ErrorReason;

class CommandsTest : public DomainTest {
 protected:
  CommandsTest() { CreateAgent("a"); }

  Result<v1::Command> Get(const std::string& id) {
    v1::GetCommandRequest request;
    request.set_command_id(id);
    return commands_.Get(request);
  }
  Result<v1::Command> Cancel(const std::string& id, const std::string& reason = "") {
    v1::CancelCommandRequest request;
    request.set_command_id(id);
    request.set_reason(reason);
    return commands_.Cancel(request);
  }
};

TEST_F(CommandsTest, SendQueuesACommandAndTellsTheLinks) {
  v1::SendCommandRequest request = Command("a", "key-1");
  (*request.mutable_payload()->mutable_fields())["copies"].set_number_value(3);
  request.set_priority(v1::Command::IMMEDIATE);
  request.set_max_deliveries(1);
  request.mutable_ttl()->set_seconds(90);
  request.mutable_ttl()->set_nanos(500'000'000);
  const auto sent = commands_.Send(request);
  ASSERT_TRUE(sent.ok()) << sent.error().message;
  EXPECT_TRUE(IsUuid(sent->command_id()));
  EXPECT_EQ(sent->command_id()[14], '7');  // the version, RFC 9562, 4
  EXPECT_EQ(sent->type(), "print");
  EXPECT_EQ(sent->payload().fields().at("copies").number_value(), 3);
  EXPECT_EQ(sent->priority(), v1::Command::IMMEDIATE);
  EXPECT_EQ(sent->state(), v1::Command::QUEUED);
  EXPECT_EQ(sent->max_deliveries(), 1);
  EXPECT_EQ(sent->idempotency_key(), "key-1");
  EXPECT_EQ(sent->create_time().seconds(), 1'800'000'000);
  EXPECT_EQ(sent->expire_time().seconds(), 1'800'000'090);
  EXPECT_EQ(sent->expire_time().nanos(), 500'000'000);
  ASSERT_EQ(sent->history_size(), 1);
  EXPECT_EQ(sent->history(0).number(), 1);
  EXPECT_EQ(sent->history(0).channel(), v1::CommandStep::API);
  EXPECT_THAT(control_.TakeQueued(), ElementsAre("a"));
  EXPECT_EQ(store_.GetCommand(sent->command_id())->payload_json, R"({"copies":3})");
  EXPECT_THAT(metrics_registry_.Render(),
              HasSubstr("edgeplane_commands_total{state=\"QUEUED\"} 1"));
}

TEST_F(CommandsTest, WithoutATtlTheSettingHolds) {
  settings_.command_default_ttl = std::chrono::hours(2);
  EXPECT_EQ(SendCommand("a").expire_time().seconds(), 1'800'000'000 + 7200);
}

TEST_F(CommandsTest, SendErrors) {
  EXPECT_EQ(CodeOf(commands_.Send(Command("ghost"))), ErrorReason::AGENT_NOT_FOUND);
  settings_.max_queued_commands = 2;
  SendCommand("a");
  SendCommand("a");
  control_.TakeQueued();
  EXPECT_EQ(CodeOf(commands_.Send(Command("a"))), ErrorReason::COMMAND_QUEUE_FULL);
  EXPECT_THAT(control_.TakeQueued(), IsEmpty());
}

TEST_F(CommandsTest, TheSameKeyIsTheSameCommandAndOtherContentIsRefused) {
  const auto first = commands_.Send(Command("a", "key"));
  clock_.Advance(std::chrono::minutes(1));
  settings_.command_default_ttl = std::chrono::hours(1);  // no part of the content
  const auto again = commands_.Send(Command("a", "key"));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again->command_id(), first->command_id());
  EXPECT_EQ(again->expire_time().seconds(), first->expire_time().seconds());
  EXPECT_THAT(metrics_registry_.Render(),
              HasSubstr("edgeplane_commands_total{state=\"QUEUED\"} 1"));

  auto other = Command("a", "key");
  other.set_type("another");
  EXPECT_EQ(CodeOf(commands_.Send(other)), ErrorReason::IDEMPOTENCY_KEY_REUSED);
  auto with_ttl = Command("a", "key");
  with_ttl.mutable_ttl()->set_seconds(60);
  EXPECT_EQ(CodeOf(commands_.Send(with_ttl)), ErrorReason::IDEMPOTENCY_KEY_REUSED);
}

TEST_F(CommandsTest, APayloadWrittenInAnotherOrderIsTheSameContent) {
  auto one = Command("a", "key");
  (*one.mutable_payload()->mutable_fields())["x"].set_number_value(1);
  (*one.mutable_payload()->mutable_fields())["a"].set_number_value(2);
  auto two = Command("a", "key");
  (*two.mutable_payload()->mutable_fields())["a"].set_number_value(2);
  (*two.mutable_payload()->mutable_fields())["x"].set_number_value(1);
  EXPECT_EQ(commands_.Send(one)->command_id(), commands_.Send(two)->command_id());
}

// The call that made it told nobody; the one that finds it has to.
TEST_F(CommandsTest, ASendInDoubtSaysHowToLookUpAndTheSecondTellsTheLinks) {
  store_.DoubtOperation(1);
  const auto doubtful = commands_.Send(Command("a", "key"));
  ASSERT_EQ(CodeOf(doubtful), ErrorReason::STORE_IN_DOUBT);
  EXPECT_THAT(doubtful.error().message, HasSubstr("same idempotency key"));
  EXPECT_THAT(control_.TakeQueued(), IsEmpty());
  ASSERT_TRUE(commands_.Send(Command("a", "key")).ok());
  EXPECT_THAT(control_.TakeQueued(), ElementsAre("a"));
}

TEST_F(CommandsTest, WithoutAKeyASendInDoubtNamesTheCommand) {
  store_.DoubtOperation(1);
  const auto doubtful = commands_.Send(Command("a"));
  ASSERT_EQ(CodeOf(doubtful), ErrorReason::STORE_IN_DOUBT);
  const auto page = store_.ListCommands({}, {});
  ASSERT_EQ(page->items.size(), 1U);
  EXPECT_THAT(doubtful.error().message, HasSubstr(page->items[0].command_id));
}

TEST_F(CommandsTest, GetFindsByIdInEitherCase) {
  std::string id = SendCommand("a").command_id();
  EXPECT_EQ(Get(id)->history_size(), 1);
  for (char& c : id) c = static_cast<char>(toupper(c));
  EXPECT_TRUE(Get(id).ok());
  EXPECT_EQ(CodeOf(Get(NewUuid(clock_.Now()))), ErrorReason::COMMAND_NOT_FOUND);
  EXPECT_EQ(CodeOf(Get("no-uuid")), ErrorReason::INVALID_FIELD);
}

TEST_F(CommandsTest, WhatTheAgentGaveAlongIsShown) {
  const std::string id = SendCommand("a").command_id();
  EXPECT_FALSE(Get(id)->has_result());
  storage::Ack ack;
  ack.fence = Deliver("a");
  ack.command_id = id;
  ack.event = storage::CommandEvent::kAckCompleted;
  ack.result_json = "{\"pages\":3}";
  ack.time = clock_.Now();
  ack.ordinal = 1;
  ASSERT_TRUE(store_.ApplyAcks({ack}).ok());
  EXPECT_EQ(Get(id)->result().fields().at("pages").number_value(), 3);
}

TEST_F(CommandsTest, CancelEndsItOnceAndSignals) {
  const std::string id = SendCommand("a").command_id();
  int changes = 0;
  const auto subscription = signals_.Subscribe(id, [&changes] { ++changes; });
  const auto cancelled = Cancel(id, "typo");
  ASSERT_TRUE(cancelled.ok());
  EXPECT_EQ(cancelled->state(), v1::Command::CANCELLED);
  EXPECT_THAT(cancelled->history(1).detail(), HasSubstr("typo"));
  EXPECT_EQ(changes, 1);
  EXPECT_EQ(CodeOf(Cancel(id)), ErrorReason::COMMAND_FINAL);
  EXPECT_EQ(CodeOf(Cancel(NewUuid(clock_.Now()))), ErrorReason::COMMAND_NOT_FOUND);
  EXPECT_EQ(changes, 1);
}

TEST_F(CommandsTest, ListsNewestFirstByAgentAndState) {
  CreateAgent("b");
  const std::string old = SendCommand("a").command_id();
  const std::string other = SendCommand("b").command_id();
  const std::string newest = SendCommand("a").command_id();
  ASSERT_TRUE(Cancel(old).ok());

  v1::ListCommandsRequest request;
  request.mutable_filter()->set_agent_id("a");
  auto listed = commands_.List(request);
  ASSERT_EQ(listed->commands_size(), 2);
  EXPECT_EQ(listed->commands(0).command_id(), newest);
  EXPECT_EQ(listed->commands(0).history_size(), 0);
  request.mutable_filter()->add_states(v1::Command::CANCELLED);
  listed = commands_.List(request);
  ASSERT_EQ(listed->commands_size(), 1);
  EXPECT_EQ(listed->commands(0).command_id(), old);

  v1::ListCommandsRequest all;
  all.set_page_size(1);
  std::vector<std::string> ids;
  do {
    listed = commands_.List(all);
    ASSERT_TRUE(listed.ok());
    for (const auto& command : listed->commands()) ids.push_back(command.command_id());
    all.set_page_token(listed->next_page_token());
  } while (!listed->next_page_token().empty());
  EXPECT_THAT(ids, ElementsAre(newest, other, old));
}

// Clients take 4 MiB: a page of large commands has to be shorter than asked for,
// and no command may be lost or come twice at the seams.
TEST_F(CommandsTest, APageOfLargeCommandsStaysReceivable) {
  settings_.max_queued_commands = 1000;
  std::vector<std::string> sent;
  for (int i = 0; i < 150; ++i) {
    auto request = Command("a");
    (*request.mutable_payload()->mutable_fields())["text"].set_string_value(
        std::string(60'000, static_cast<char>('a' + i % 26)));
    sent.insert(sent.begin(), commands_.Send(request)->command_id());
  }
  v1::ListCommandsRequest request;
  request.set_page_size(1000);
  std::vector<std::string> listed;
  int pages = 0;
  do {
    const auto page = commands_.List(request);
    ASSERT_TRUE(page.ok());
    EXPECT_LT(page->ByteSizeLong(), 4U * 1024 * 1024);
    EXPECT_GT(page->commands_size(), 0);
    for (const auto& command : page->commands()) listed.push_back(command.command_id());
    request.set_page_token(page->next_page_token());
    ASSERT_LT(++pages, 10);
  } while (!request.page_token().empty());
  EXPECT_EQ(listed, sent);
  EXPECT_EQ(pages, 3);
}

TEST_F(CommandsTest, TokensOfAnotherListAreInvalid) {
  SendCommand("a");
  SendCommand("a");
  v1::ListCommandsRequest commands;
  commands.set_page_size(1);
  const auto page = commands_.List(commands);
  v1::ListAgentsRequest agents;
  agents.set_page_token(page->next_page_token());
  EXPECT_EQ(CodeOf(agents_.List(agents)), ErrorReason::PAGE_TOKEN_INVALID);
}

}  // namespace
}  // namespace edgeplane::admin
