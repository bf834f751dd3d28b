#include "gateway/sync_text.h"

#include <gtest/gtest.h>

#include "gateway/agent_message.h"
#include "tests/unit/gateway/support/session_messages.h"

namespace edgeplane::gateway {
namespace {

const JsonLimits kLimits{4 << 20, 32};

SyncBody Parsed(const std::string& text) {
  auto parsed = ParseSync(text, kLimits);
  EXPECT_TRUE(std::holds_alternative<SyncBody>(parsed)) << text.substr(0, 200);
  return std::holds_alternative<SyncBody>(parsed) ? std::get<SyncBody>(std::move(parsed))
                                                  : SyncBody{};
}

std::string Event(const std::string& id, size_t details_bytes = 0) {
  return R"({"event_id":)" + id + R"(,"event_type":"t","details":{"x":")" +
         std::string(details_bytes, 'x') + R"("}})";
}

std::string Events(size_t count, size_t details_bytes = 0) {
  std::string text = R"({"pending_events":[)";
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) text += ',';
    text += Event(std::to_string(i), details_bytes);
  }
  return text + "]}";
}

TEST(SyncText, ReadsAWholeExchange) {
  const SyncBody body = Parsed(
      R"({"edge_agent_id":"edge_15551234568","last_command_id":"0191F6A2-7C4B-7000-8000-0123456789AB",)"
      R"("pending_events":[{"event_id":"e-1","event_type":"door","thread_id":"t","details":{"a":1}},)"
      R"({"event_id":2,"event_type":"door","details":{}}],)"
      R"("status":{"scheduled_messages":3,"active_rules":2,"uptime_seconds":7.5}})");
  EXPECT_EQ(body.agent_id, "edge_15551234568");
  EXPECT_EQ(body.request.last_command_id(), "0191f6a2-7c4b-7000-8000-0123456789ab");
  ASSERT_EQ(body.request.events_size(), 2);
  EXPECT_EQ(body.request.events(0).event_id(), "e-1");
  EXPECT_EQ(body.request.events(1).event_id(), "2");
  EXPECT_EQ(body.event_ids, (std::vector<std::string>{R"("e-1")", "2"}));
  EXPECT_EQ(body.request.status_json(),
            R"({"active_rules":2,"scheduled_messages":3,"uptime_seconds":7.5})");
  EXPECT_TRUE(body.has_status);
  EXPECT_EQ(body.malformed, 0U);
}

TEST(SyncText, EverythingMayBeMissingOrNull) {
  for (const char* text :
       {"{}",
        R"({"edge_agent_id":null,"last_command_id":null,"pending_events":null,"status":null})",
        R"({"pending_events":[]})"}) {
    const SyncBody body = Parsed(text);
    EXPECT_EQ(body.agent_id, "");
    EXPECT_EQ(body.request.ByteSizeLong(), 0U) << text;
    EXPECT_FALSE(body.has_status);
    EXPECT_EQ(body.malformed, 0U) << text;
  }
}

TEST(SyncText, ALastCommandThatIsNoneIsNone) {
  for (const char* id : {R"("")", R"("x")", "7", "[]"}) {
    const SyncBody body = Parsed(std::string(R"({"last_command_id":)") + id + "}");
    EXPECT_EQ(body.request.last_command_id(), "") << id;
  }
  EXPECT_EQ(Parsed(R"({"edge_agent_id":15551234568})").agent_id, "15551234568");
}

TEST(SyncText, WhatIsMalformedIsLeftOutAndTheRestGoesOn) {
  const SyncBody body =
      Parsed(R"({"pending_events":[{"event_type":"t"},7,null,)" + Event(R"("a")") + "," +
             Event(R"("b")", kEventBytesMax) + R"(],"status":[]})");
  EXPECT_EQ(body.event_ids, (std::vector<std::string>{R"("a")"}));
  EXPECT_EQ(body.malformed, 5U);
  EXPECT_EQ(body.why, "An event's event_id is not 1 to 128 bytes of text without U+0000.");
  EXPECT_FALSE(body.has_status);
  EXPECT_EQ(Parsed(R"({"pending_events":{}})").malformed, 1U);
}

TEST(SyncText, TakesSoManyEventsAndNoMore) {
  const SyncBody many = Parsed(Events(kSyncEventsMax + 1));
  EXPECT_EQ(many.event_ids.size(), kSyncEventsMax);
  EXPECT_EQ(many.request.events_size(), static_cast<int>(kSyncEventsMax));
  EXPECT_EQ(many.malformed, 0U);
  EXPECT_EQ(many.event_ids.back(), "255");

  const SyncBody large = Parsed(Events(4, 100'000));
  EXPECT_EQ(large.event_ids, (std::vector<std::string>{"0", "1"}));
  // However large it is, one that may be there at all is taken.
  const SyncBody largest = Parsed(Events(2, kEventBytesMax - 10));
  EXPECT_EQ(largest.event_ids.size(), 1U);
}

TEST(SyncText, SaysWhatIsWrongWithABodyAndNeverRepeatsIt) {
  for (const char* text :
       {"", "secret", "[]", R"("secret")", R"({"a":"secret","a":1})", "{\"a\":\"secret"}) {
    const auto parsed = ParseSync(text, kLimits);
    ASSERT_TRUE(std::holds_alternative<MalformedMessage>(parsed)) << text;
    EXPECT_EQ(std::get<MalformedMessage>(parsed).why.find("secret"), std::string::npos);
  }
}

TEST(SyncText, TheShortestAnswer) {
  EXPECT_EQ(SyncText({}, {}), R"({"commands":[],"ack_events":[]})");
}

TEST(SyncText, AcknowledgesOnlyWhatIsStored) {
  v1::SyncResponse::Result result;
  const auto answer = [&](const std::vector<int>& left_out) {
    result.mutable_left_out_events()->Assign(left_out.begin(), left_out.end());
    return SyncText(result, {"1", "2", "3"});
  };
  EXPECT_EQ(answer({0, 2}), R"({"commands":[],"ack_events":[2]})");
  EXPECT_EQ(answer({1}), R"({"commands":[],"ack_events":[1,3]})");
  EXPECT_EQ(answer({0, 1, 2}), R"({"commands":[],"ack_events":[]})");
  EXPECT_EQ(answer({7}), R"({"commands":[],"ack_events":[1,2,3]})");
}

TEST(SyncText, HandsCommandsOutAsTheWebSocketDoes) {
  v1::SyncResponse::Result result;
  *result.add_commands() = Command("luna1", 1);
  *result.add_commands() = Command("luna1", 2);
  result.set_config_json(R"({"interval":30})");
  const std::string one = CommandData(Command("luna1", 1));
  EXPECT_EQ(CommandText(Command("luna1", 1)), R"({"type":"command","data":)" + one + "}");
  EXPECT_EQ(SyncText(result, {R"("a")", "17"}),
            R"({"commands":[)" + one + ',' + CommandData(Command("luna1", 2)) +
                R"(],"ack_events":["a",17],"config_updates":{"interval":30}})");
}

}  // namespace
}  // namespace edgeplane::gateway
