// What agents say and what they are told, word by word.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/simulate/agent_words.h"
#include "cli/simulate/server_words.h"

namespace edgeplane::simulate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Time kTime = *ParseTime("2026-01-31T09:15:00.250Z");
constexpr char kId[] = "01890a5d-ac96-774b-bcce-b302099a8057";

TEST(AckMessage, PresentForm) {
  const auto text = [](AckWord word) {
    return AckMessage({kId, word, kTime}, Generation::kPresent);
  };
  EXPECT_EQ(text(AckWord::kReceived),
            R"({"type":"command_ack","data":{"command_id":"01890a5d-ac96-774b-bcce-b302099a8057",)"
            R"("status":"received"}})");
  EXPECT_EQ(text(AckWord::kCompleted),
            R"({"type":"command_ack","data":{"command_id":"01890a5d-ac96-774b-bcce-b302099a8057",)"
            R"("status":"completed","completed_at":"2026-01-31T09:15:00.250Z"}})");
  EXPECT_THAT(text(AckWord::kFailed), HasSubstr(R"("status":"failed","completed_at":)"));
  EXPECT_THAT(text(AckWord::kFailed), HasSubstr(R"("error":"The simulator)"));
}

TEST(AckMessage, OlderForm) {
  EXPECT_EQ(AckMessage({kId, AckWord::kCompleted, kTime}, Generation::kFirst),
            R"({"type":"command_ack","data":{"command_id":"01890a5d-ac96-774b-bcce-b302099a8057",)"
            R"("success":true,"error":null,"timestamp":"2026-01-31T09:15:00.250Z"}})");
}

TEST(AckBody, IsTheOlderFormWithAResult) {
  EXPECT_EQ(AckBody({kId, AckWord::kCompleted, kTime}, Generation::kPresent),
            R"({"command_id":"01890a5d-ac96-774b-bcce-b302099a8057","success":true,"error":null,)"
            R"("timestamp":"2026-01-31T09:15:00.250Z","result":{"simulated":true}})");
  const std::string failed = AckBody({kId, AckWord::kFailed, kTime}, Generation::kFirst);
  EXPECT_THAT(failed, HasSubstr(R"("success":false,"error":"The simulator)"));
  EXPECT_THAT(failed, Not(HasSubstr("result")));
}

TEST(EventMessage, LeavesOutAThreadThatIsNone) {
  EXPECT_EQ(EventMessage({"e-1", "", 7, kTime}),
            R"({"type":"event","data":{"event_id":"e-1","event_type":"simulated",)"
            R"("details":{"number":7,"time":"2026-01-31T09:15:00.250Z"}}})");
  EXPECT_THAT(EventMessage({"e-1", "thread-3", 7, kTime}), HasSubstr(R"("thread_id":"thread-3")"));
}

TEST(SyncBody, HasTheFirstEventsAndNullBeforeTheFirstCommand) {
  const std::deque<Event> events = {{"e-1", "", 1, kTime}, {"e-2", "", 2, kTime}};
  const std::string first = SyncBody("sim-0001", std::nullopt, events, 1, {});
  EXPECT_THAT(first, HasSubstr(R"({"edge_agent_id":"sim-0001","last_command_id":null,)"));
  EXPECT_THAT(first, HasSubstr("e-1"));
  EXPECT_THAT(first, Not(HasSubstr("e-2")));
  EXPECT_THAT(first, HasSubstr(R"("status":{"scheduled_messages":0,"active_rules":0,)"));
  EXPECT_THAT(SyncBody("sim-0001", kId, {}, 1, {}),
              HasSubstr(R"("last_command_id":"01890a5d-ac96-774b-bcce-b302099a8057",)"
                        R"("pending_events":[])"));
}

std::string CommandWith(const std::string& members) {
  return R"({"type":"command","data":{"command_id":")" + std::string(kId) +
         R"(","command_type":"x","payload":{})" + members + "}}";
}

std::string ComplaintOf(const std::string& text) {
  const ServerMessage message = ParseServerMessage(text);
  const auto* complaint = std::get_if<Complaint>(&message);
  return complaint == nullptr ? "" : std::string(complaint->what);
}

TEST(ServerMessage, Commands) {
  const ServerMessage message = ParseServerMessage(
      CommandWith(R"(,"timestamp":"2026-01-31T09:15:00.250Z","priority":"immediate")"));
  const auto* command = std::get_if<Command>(&message);
  ASSERT_NE(command, nullptr);
  EXPECT_EQ(command->command_id, kId);
  EXPECT_EQ(command->time, kTime);
  EXPECT_EQ(ComplaintOf(CommandWith("")), "");
}

TEST(ServerMessage, OtherTypes) {
  EXPECT_TRUE(std::holds_alternative<Pong>(ParseServerMessage(R"({"type":"pong"})")));
  EXPECT_TRUE(std::holds_alternative<Connected>(ParseServerMessage(R"({"type":"connected"})")));
  EXPECT_TRUE(std::holds_alternative<ConfigUpdate>(
      ParseServerMessage(R"({"type":"config_update","data":{"a":null}})")));
  const ServerMessage ack = ParseServerMessage(R"({"type":"event_ack","data":{"event_id":"e-1"}})");
  ASSERT_TRUE(std::holds_alternative<EventAck>(ack));
  EXPECT_EQ(std::get<EventAck>(ack).event_id, "e-1");
}

TEST(ServerMessage, WhateverTheProtocolDoesNotNameIsAComplaint) {
  for (const std::string& text :
       {std::string(),
        std::string("pong"),
        std::string("[]"),
        std::string("{}"),
        std::string(R"({"type":7})"),
        std::string(R"({"type":"welcome"})"),
        std::string(R"({"type":"pong","data":{}})"),
        std::string(R"({"type":"command"})"),
        std::string(R"({"type":"command","data":null})"),
        std::string(R"({"type":"command","data":{},"more":1})"),
        std::string(R"({"type":"config_update","data":null})"),
        std::string(R"({"type":"event_ack","data":{"event_id":"e","more":1}})"),
        std::string(R"({"type":"event_ack","data":{"event_id":null}})"),
        std::string(R"({"type":"command","data":{"command_id":"7","command_type":"x",)"
                    R"("payload":{}}})"),
        CommandWith(R"(,"priority":null)"),
        CommandWith(R"(,"priority":"high")"),
        CommandWith(R"(,"timestamp":null)"),
        CommandWith(R"(,"timestamp":"yesterday")"),
        CommandWith(R"(,"timestamp":"2026-01-31T09:15:00+00:00")"),
        CommandWith(R"(,"agent_id":"x")")}) {
    EXPECT_NE(ComplaintOf(text), "") << text;
  }
}

std::string SyncComplaint(const std::string& text) {
  const auto answer = ParseSyncAnswer(text);
  const auto* complaint = std::get_if<Complaint>(&answer);
  return complaint == nullptr ? "" : std::string(complaint->what);
}

TEST(SyncAnswer, HoldsCommandsAcksAndPerhapsAConfiguration) {
  const std::string command = R"({"command_id":")" + std::string(kId) +
                              R"(","command_type":"x","payload":{},"priority":"normal"})";
  const auto parsed =
      ParseSyncAnswer(R"({"commands":[)" + command + R"(],"ack_events":["e-1","e-2"]})");
  const auto* answer = std::get_if<SyncAnswer>(&parsed);
  ASSERT_NE(answer, nullptr);
  ASSERT_EQ(answer->commands.size(), 1U);
  EXPECT_EQ(answer->commands[0].command_id, kId);
  EXPECT_THAT(answer->acked_events, ElementsAre("e-1", "e-2"));
  EXPECT_FALSE(answer->config_update);
  const auto configured =
      ParseSyncAnswer(R"({"commands":[],"ack_events":[],"config_updates":{"a":1}})");
  EXPECT_TRUE(std::get<SyncAnswer>(configured).config_update);
}

TEST(SyncAnswer, WhateverTheProtocolDoesNotNameIsAComplaint) {
  for (const char* text :
       {"", "[]", "{}", R"({"commands":[]})", R"({"commands":null,"ack_events":[]})",
        R"({"commands":[],"ack_events":[7]})", R"({"commands":[{}],"ack_events":[]})",
        R"({"commands":[],"ack_events":[],"config_updates":null})",
        R"({"commands":[],"ack_events":[],"more":1})"}) {
    EXPECT_NE(SyncComplaint(text), "") << text;
  }
}

}  // namespace
}  // namespace edgeplane::simulate
