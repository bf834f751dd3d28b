#include "gateway/agent_data.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/json.h"
#include "gateway/ack_text.h"
#include "gateway/json_members.h"

namespace edgeplane::gateway {
namespace {

constexpr char kId[] = "0191f6a2-7c4b-7000-8000-0123456789ab";

boost::json::value Json(const std::string& text) { return *ParseJson(text, {1 << 20, 32}); }

std::string Ack(const std::string& members) {
  return std::string(R"({"command_id":")") + kId + '"' + members + "}";
}

AckMessage Parsed(const std::string& text) {
  auto parsed = ParseAckBody(text, {1 << 20, 32});
  EXPECT_TRUE(std::holds_alternative<AckMessage>(parsed)) << text;
  return std::holds_alternative<AckMessage>(parsed) ? std::get<AckMessage>(parsed) : AckMessage{};
}

EventMessage Event(const std::string& text) {
  auto read = ReadEvent(Json(text));
  EXPECT_TRUE(std::holds_alternative<EventMessage>(read)) << text;
  return std::holds_alternative<EventMessage>(read) ? std::get<EventMessage>(read) : EventMessage{};
}

bool IsMalformedEvent(const std::string& text) {
  return std::holds_alternative<MalformedMessage>(ReadEvent(Json(text)));
}

TEST(JsonMembers, ANumberStandsForItsDigits) {
  const boost::json::value value = Json(
      R"({"s":"x","i":17,"n":-3,"u":18446744073709551615,"w":1.5551234568e10,"f":1.5,"b":true,"z":null})");
  const auto text = [&](const char* name) { return TextMember(value.get_object(), name); };
  EXPECT_EQ(text("s"), "x");
  EXPECT_EQ(text("i"), "17");
  EXPECT_EQ(text("n"), "-3");
  EXPECT_EQ(text("u"), "18446744073709551615");
  EXPECT_EQ(text("w"), "15551234568");
  EXPECT_EQ(text("f"), "1.5");
  for (const char* none : {"b", "z", "absent"}) EXPECT_FALSE(text(none)) << none;
}

TEST(JsonMembers, ADoubleIsAnIntegerWhereItIsNoOther) {
  constexpr double kExact = 9'007'199'254'740'992;
  EXPECT_EQ(WholeNumber(-3.0), -3);
  EXPECT_EQ(WholeNumber(kExact), 9'007'199'254'740'992);
  for (const double none :
       {1.5, kExact * 2, -1e300, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_FALSE(WholeNumber(none)) << none;
  }
}

TEST(JsonMembers, AnObjectIsTextUpToItsLimit) {
  const boost::json::value value = Json(R"({"o":{"b":1,"a":null},"l":[],"z":null})");
  const boost::json::object& object = value.get_object();
  EXPECT_EQ(ObjectMember(object, "o", 100), R"({"a":null,"b":1})");
  EXPECT_EQ(ObjectMember(object, "o", 16), R"({"a":null,"b":1})");
  EXPECT_FALSE(ObjectMember(object, "o", 15));
  EXPECT_FALSE(ObjectMember(object, "l", 100));
  EXPECT_FALSE(ObjectMember(object, "z", 100));
}

TEST(AgentData, ReadsTheAckOfAPollingAgent) {
  const AckMessage ack = Parsed(
      Ack(R"(,"success":true,"error":null,"timestamp":"2026-01-31T09:15:00Z","result":{"n":1})"));
  EXPECT_EQ(ack.command_id, kId);
  EXPECT_EQ(ack.outcome, v1::CommandAck::COMPLETED);
  EXPECT_EQ(ack.status, "success");
  EXPECT_EQ(ack.error, "");
  EXPECT_EQ(ack.timestamp, "2026-01-31T09:15:00Z");
  EXPECT_EQ(ack.result_json, R"({"n":1})");
  EXPECT_FALSE(ack.result_left_out);
}

TEST(AgentData, AnAckNeedsNoMoreThanAnOutcome) {
  const AckMessage ack = Parsed(Ack(R"(,"success":false)"));
  EXPECT_EQ(ack.outcome, v1::CommandAck::FAILED);
  EXPECT_EQ(ack.timestamp, "");
  EXPECT_EQ(ack.result_json, "");
  EXPECT_FALSE(ack.result_left_out);
  EXPECT_EQ(Parsed(Ack(R"(,"success":true,"result":null,"timestamp":null)")).result_left_out,
            false);
  EXPECT_EQ(Parsed(Ack(R"(,"status":"executing")")).outcome, v1::CommandAck::EXECUTING);
  EXPECT_EQ(Parsed(Ack(R"(,"status":null,"success":true)")).outcome, v1::CommandAck::COMPLETED);
}

TEST(AgentData, AStatusNobodyKnowsIsOverruledByASuccess) {
  const AckMessage ack = Parsed(Ack(R"(,"status":"done","success":true)"));
  EXPECT_EQ(ack.outcome, v1::CommandAck::COMPLETED);
  EXPECT_EQ(ack.status, "success");
  EXPECT_EQ(Parsed(Ack(R"(,"status":"done","success":false)")).outcome, v1::CommandAck::FAILED);
  EXPECT_TRUE(std::holds_alternative<MalformedMessage>(
      ParseAckBody(Ack(R"(,"status":"done","success":"yes")"), {})));
}

TEST(AgentData, AResultThatCannotBeKeptCostsNotTheAck) {
  const std::string large = R"({"x":")" + std::string(kAckResultBytesMax, 'x') + R"("})";
  for (const std::string& result : {large, std::string("[1]"), std::string(R"("done")")}) {
    const AckMessage ack = Parsed(Ack(R"(,"success":true,"result":)" + result));
    EXPECT_EQ(ack.outcome, v1::CommandAck::COMPLETED);
    EXPECT_EQ(ack.result_json, "");
    EXPECT_TRUE(ack.result_left_out);
  }
}

TEST(AgentData, AnAckBodyThatIsNoneIsMalformed) {
  for (const char* text : {"", "null", "[]", "7", R"({"success":true})", R"({"command_id":7})",
                           R"({"command_id":"x","success":true})"}) {
    EXPECT_TRUE(std::holds_alternative<MalformedMessage>(ParseAckBody(text, {}))) << text;
  }
}

TEST(AgentData, TheSameAckHasTheSameOrdinalAndAnotherHasAnother) {
  AckMessage ack = Parsed(Ack(R"(,"success":false,"error":"e","timestamp":"t")"));
  const int64_t ordinal = AckOrdinal(ack);
  EXPECT_GT(ordinal, 0);
  EXPECT_EQ(AckOrdinal(ack), ordinal);
  EXPECT_EQ(AckOrdinal(Parsed(Ack(R"(,"timestamp":"t","error":"e","success":false)"))), ordinal);
  ack.result_json = "{}";
  EXPECT_EQ(AckOrdinal(ack), ordinal);
  const auto differs = [&](auto change) {
    AckMessage other = ack;
    change(other);
    EXPECT_NE(AckOrdinal(other), ordinal);
  };
  differs([](AckMessage& a) { a.command_id[0] = '1'; });
  differs([](AckMessage& a) { a.outcome = v1::CommandAck::COMPLETED; });
  differs([](AckMessage& a) { a.error = "f"; });
  differs([](AckMessage& a) { a.timestamp = "u"; });
  differs([](AckMessage& a) { a.timestamp = "te", a.error = ""; });
  ack.timestamp.clear();
  EXPECT_EQ(AckOrdinal(ack), 0);
  EXPECT_NE(AckOrdinal(Parsed(Ack(R"(,"success":true,"timestamp":1769850900)"))), 0);
  EXPECT_NE(AckOrdinal(Parsed(Ack(R"(,"status":"completed","completed_at":"t")"))), 0);
}

TEST(AgentData, ReadsEvents) {
  const EventMessage event = Event(
      R"({"event_id":"e-1","event_type":"door","thread_id":"t","details":{"b":[1],"a":null},"more":1})");
  EXPECT_EQ(event.event.event_id(), "e-1");
  EXPECT_EQ(event.event.event_type(), "door");
  EXPECT_EQ(event.event.thread_id(), "t");
  EXPECT_EQ(event.event.details_json(), R"({"a":null,"b":[1]})");
  EXPECT_EQ(event.id_json, R"("e-1")");
}

TEST(AgentData, TakesEventsWhoseIdsAreNumbersAndWhoseRestIsMissing) {
  const EventMessage event = Event(R"({"event_id":17,"event_type":"t","thread_id":null})");
  EXPECT_EQ(event.event.event_id(), "17");
  EXPECT_EQ(event.id_json, "17");
  EXPECT_EQ(event.event.thread_id(), "");
  EXPECT_EQ(event.event.details_json(), "{}");
  EXPECT_EQ(Event(R"({"event_id":"\u0001\"","event_type":"t","thread_id":4})").id_json,
            R"("\u0001\"")");
}

TEST(AgentData, RefusesWhatIsNoEvent) {
  const std::string long_id(129, 'x');
  for (const std::string& text :
       {std::string("null"), std::string("[]"), std::string(R"("e")"), std::string("{}"),
        std::string(R"({"event_id":"e"})"), std::string(R"({"event_type":"t"})"),
        std::string(R"({"event_id":"","event_type":"t"})"),
        std::string(R"({"event_id":{},"event_type":"t"})"),
        std::string(R"({"event_id":"e","event_type":""})"),
        std::string(R"({"event_id":"e","event_type":"t","details":[]})"),
        R"({"event_id":")" + long_id + R"(","event_type":"t"})",
        R"({"event_id":"e","event_type":")" + long_id + R"("})",
        R"({"event_id":"e","event_type":"t","thread_id":")" + std::string(257, 'x') + R"("})",
        std::string(R"({"event_id":"e\u0000","event_type":"t"})"),
        std::string(R"({"event_id":"e","event_type":"\u0000"})"),
        std::string(R"({"event_id":"e","event_type":"t","thread_id":"\u0000"})"),
        R"({"event_id":"e","event_type":"t","details":{"x":")" + std::string(kEventBytesMax, 'x') +
            R"("}})"}) {
    EXPECT_TRUE(IsMalformedEvent(text)) << text.substr(0, 100);
  }
  EXPECT_FALSE(IsMalformedEvent(R"({"event_id":")" + long_id.substr(1) + R"(","event_type":"t"})"));
}

// What is kept as JSON stays an escape.
TEST(AgentData, DetailsMaySayTheCharacterNoStoreHolds) {
  const EventMessage event =
      Event(R"({"event_id":"e","event_type":"t","details":{"\u0000":"\u0000"}})");
  EXPECT_EQ(event.event.details_json(), R"({"\u0000":"\u0000"})");
}

TEST(AgentData, ReadsStatus) {
  const auto read = [](const std::string& text) {
    return ReadStatus(Json(text).get_object(), "data");
  };
  const auto text = [&](const std::string& json) {
    return std::get<StatusMessage>(read(json)).status_json;
  };
  EXPECT_EQ(text(R"({"data":{"uptime_seconds":1.5,"n":2}})"), R"({"n":2,"uptime_seconds":1.5})");
  EXPECT_EQ(text("{}"), "");
  EXPECT_EQ(text(R"({"data":null})"), "");
  EXPECT_EQ(text(R"({"data":{}})"), "{}");
  for (const std::string& bad :
       {std::string(R"({"data":[]})"), std::string(R"({"data":"well"})"),
        R"({"data":{"x":")" + std::string(kAgentStatusBytesMax, 'x') + R"("}})"}) {
    EXPECT_TRUE(std::holds_alternative<MalformedMessage>(read(bad)));
  }
}

}  // namespace
}  // namespace edgeplane::gateway
