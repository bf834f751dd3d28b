#include "gateway/agent_message.h"

#include <gtest/gtest.h>

namespace edgeplane::gateway {
namespace {

constexpr char kId[] = "0191f6a2-7c4b-7000-8000-0123456789ab";

AgentMessage Parse(const std::string& text) { return ParseAgentMessage(text, {}); }

std::string Ack(const std::string& members) {
  return std::string(R"({"type":"command_ack","data":{"command_id":")") + kId + '"' + members +
         "}}";
}

template <class T>
T Expect(const std::string& text) {
  AgentMessage message = Parse(text);
  EXPECT_TRUE(std::holds_alternative<T>(message)) << text << " is kind " << message.index();
  return std::holds_alternative<T>(message) ? std::get<T>(message) : T{};
}

TEST(AgentMessage, KnowsEveryType) {
  Expect<PingMessage>(R"({"type":"ping"})");
  Expect<PingMessage>(R"( {"at":1,"type":"ping"} )");
  Expect<StatusMessage>(R"({"type":"status","data":{"uptime_seconds":1.5}})");
  Expect<EventMessage>(R"({"type":"event","data":{"event_id":"e","event_type":"t"}})");
  EXPECT_EQ(Expect<UnknownMessage>(R"({"type":"hello\u0000\u00e9"})").type, "hello???");
  EXPECT_EQ(Expect<UnknownMessage>(R"({"type":")" + std::string(100, 'x') + R"("})").type,
            std::string(64, 'x'));
}

TEST(AgentMessage, ReadsTheStatusWordsOfAnAck) {
  const std::pair<const char*, v1::CommandAck::Outcome> words[] = {
      {"received", v1::CommandAck::RECEIVED},
      {"pending", v1::CommandAck::RECEIVED},
      {"executing", v1::CommandAck::EXECUTING},
      {"completed", v1::CommandAck::COMPLETED},
      {"failed", v1::CommandAck::FAILED}};
  for (const auto& [word, outcome] : words) {
    const auto ack = Expect<AckMessage>(Ack(std::string(R"(,"status":")") + word + '"'));
    EXPECT_EQ(ack.outcome, outcome) << word;
    EXPECT_EQ(ack.status, word);
    EXPECT_EQ(ack.command_id, kId);
    EXPECT_EQ(ack.error, "");
  }
  EXPECT_EQ(
      Expect<AckMessage>(Ack(R"(,"status":"COMPLETED","completed_at":"2026-01-01T00:00:00Z")"))
          .status,
      "completed");
}

TEST(AgentMessage, ReadsTheOlderForm) {
  const auto good = Expect<AckMessage>(Ack(R"(,"success":true,"error":null,"timestamp":"x")"));
  EXPECT_EQ(good.outcome, v1::CommandAck::COMPLETED);
  EXPECT_EQ(good.status, "success");
  EXPECT_EQ(good.error, "");
  const auto bad = Expect<AckMessage>(Ack(R"(,"success":false,"error":"no network")"));
  EXPECT_EQ(bad.outcome, v1::CommandAck::FAILED);
  EXPECT_EQ(bad.status, "failure");
  EXPECT_EQ(bad.error, "no network");
}

TEST(AgentMessage, AStatusWordWinsOverSuccess) {
  EXPECT_EQ(Expect<AckMessage>(Ack(R"(,"status":"executing","success":true)")).outcome,
            v1::CommandAck::EXECUTING);
}

TEST(AgentMessage, CutsErrorsBetweenCharacters) {
  std::string text(4095, 'x');
  text += "\xc3\xa9";  // the 4096th and 4097th byte
  const auto ack = Expect<AckMessage>(Ack(R"(,"success":false,"error":")" + text + '"'));
  EXPECT_EQ(ack.error, std::string(4095, 'x'));
  EXPECT_EQ(Expect<AckMessage>(Ack(R"(,"success":false,"error":{"code":7})")).error,
            R"({"code":7})");
}

TEST(AgentMessage, LowersTheCaseOfIds) {
  const auto ack = Expect<AckMessage>(
      R"({"type":"command_ack","data":{"command_id":"0191F6A2-7C4B-7000-8000-0123456789AB","success":true}})");
  EXPECT_EQ(ack.command_id, kId);
}

TEST(AgentMessage, SaysWhatIsWrongAndNeverRepeatsIt) {
  const std::string secret = "do-not-repeat-me";
  for (const std::string& text :
       {std::string(),
        std::string("do-not-repeat-me"),
        std::string("[]"),
        std::string("null"),
        std::string(R"("do-not-repeat-me")"),
        std::string("{}"),
        std::string(R"({"type":7,"x":"do-not-repeat-me"})"),
        std::string(R"({"type":null})"),
        std::string(R"({"type":"ping"} do-not-repeat-me)"),
        std::string(R"({"type":"ping")"),
        std::string(R"({"type":"ping","type":"do-not-repeat-me"})"),
        std::string("{\"type\":\"do-not-repeat-me\xff\"}"),
        std::string(R"({"type":"command_ack"})"),
        std::string(R"({"type":"command_ack","data":["do-not-repeat-me"]})"),
        std::string(R"({"type":"command_ack","data":{"success":true}})"),
        std::string(R"({"type":"command_ack","data":{"command_id":"do-not-repeat-me"}})"),
        std::string(R"({"type":"command_ack","data":{"command_id":7,"success":true}})"),
        Ack(""),
        Ack(R"(,"status":"do-not-repeat-me")"),
        Ack(R"(,"success":"do-not-repeat-me")"),
        Ack(R"(,"success":null)"),
        Ack(R"(,"success":1)"),
        std::string(R"({"type":"event"})"),
        std::string(R"({"type":"event","data":null})"),
        std::string(R"({"type":"event","data":{"event_type":"do-not-repeat-me"}})"),
        std::string(R"({"type":"status","data":"do-not-repeat-me"})")}) {
    const auto malformed = Expect<MalformedMessage>(text);
    EXPECT_FALSE(malformed.why.empty()) << text;
    EXPECT_EQ(malformed.why.find(secret), std::string::npos) << malformed.why;
  }
}

TEST(AgentMessage, LimitsDepthAndSize) {
  const auto nested = [](size_t depth) {
    return R"({"type":"ping","x":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') +
           "}";
  };
  EXPECT_TRUE(std::holds_alternative<PingMessage>(ParseAgentMessage(nested(8), {1000, 8})));
  EXPECT_TRUE(std::holds_alternative<MalformedMessage>(ParseAgentMessage(nested(9), {1000, 8})));
  EXPECT_TRUE(std::holds_alternative<MalformedMessage>(ParseAgentMessage(nested(8), {20, 8})));
  Expect<MalformedMessage>(std::string(100'000, '['));
}

TEST(AgentMessage, WritesConfigurationsAndAcknowledgementsOfEvents) {
  EXPECT_EQ(ConfigText(R"({"interval":30})"), R"({"type":"config_update","data":{"interval":30}})");
  EXPECT_EQ(EventAckText(R"("event-1")"), R"({"type":"event_ack","data":{"event_id":"event-1"}})");
  EXPECT_EQ(EventAckText("17"), R"({"type":"event_ack","data":{"event_id":17}})");
}

TEST(AgentMessage, WritesCommandsAsAgentsKnowThem) {
  v1::Deliver command;
  command.set_session_id("not the agent's business");
  command.set_agent_id("luna1");
  command.set_command_id(kId);
  command.set_type("send \"it\"");
  command.set_payload_json(R"({"b":1,"a":[true,null]})");
  command.mutable_create_time()->set_seconds(1'769'850'900);
  command.mutable_create_time()->set_nanos(250'000'000);
  EXPECT_EQ(CommandText(command),
            std::string(R"({"type":"command","data":{"command_id":")") + kId +
                R"(","command_type":"send \"it\"","payload":{"b":1,"a":[true,null]},)"
                R"("timestamp":"2026-01-31T09:15:00.250Z","priority":"normal"}})");
  command.set_immediate(true);
  EXPECT_NE(CommandText(command).find(R"("priority":"immediate"}})"), std::string::npos);
}

}  // namespace
}  // namespace edgeplane::gateway
