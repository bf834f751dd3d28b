// What a session reports besides acknowledgements, and what it is told of it:
// events, status, configurations.
#include <gtest/gtest.h>

#include "tests/unit/gateway/support/session_fixture.h"

namespace edgeplane::gateway {
namespace {

bool IsEvent(const v1::GatewayMessage& message) { return message.has_event(); }
bool IsStatus(const v1::GatewayMessage& message) { return message.has_status(); }
bool IsConfigWritten(const v1::GatewayMessage& message) { return message.has_config_written(); }

std::string EventText(const std::string& id, size_t details_bytes = 0) {
  return R"({"type":"event","data":{"event_id":)" + id +
         R"(,"event_type":"door","details":{"x":")" + std::string(details_bytes, 'x') + R"("}}})";
}
std::string EventAck(const std::string& id) {
  return R"({"type":"event_ack","data":{"event_id":)" + id + "}}";
}

v1::DeliverConfig Config(int64_t version, const std::string& json = R"({"interval":30})") {
  v1::DeliverConfig config;
  config.set_agent_id("luna1");
  config.set_session_id("session-of-luna1");
  config.set_version(version);
  config.set_config_json(json);
  return config;
}

class SessionEventsTest : public OpenSessionTest {
 protected:
  // The next thing the agent is told is the answer to its ping.
  void ExpectNothingBeforeAPong() {
    ASSERT_TRUE(agent_->Send(kPing));
    EXPECT_EQ(agent_->Read(), kPong);
  }
};

TEST_F(SessionEventsTest, AnEventIsAcknowledgedOnceItIsStored) {
  Start();
  registry().Confirm(false);
  ASSERT_TRUE(agent_->Send(EventText(R"("e-1")")));
  const auto event = registry().Await(IsEvent);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->event().agent_id(), "luna1");
  EXPECT_EQ(event->event().session_id(), "session-of-luna1");
  EXPECT_EQ(event->event().event().event_id(), "e-1");
  EXPECT_EQ(event->event().event().event_type(), "door");
  EXPECT_EQ(event->event().event().details_json(), R"({"x":""})");
  EXPECT_GT(event->event().time().seconds(), 0);
  EXPECT_GT(event->sequence(), 0);
  ExpectNothingBeforeAPong();
  registry().ConfirmThrough(event->sequence());
  EXPECT_EQ(agent_->Read(), EventAck(R"("e-1")"));
  EXPECT_EQ(gateway_->Metric(R"(edgeplane_messages_received_total{type="event"})"), 1);
  registry().Confirm(true);
}

TEST_F(SessionEventsTest, EventsAreAcknowledgedByTheIdTheyCameWith) {
  Start();
  ASSERT_TRUE(agent_->Send(EventText("17")));
  EXPECT_EQ(agent_->Read(), EventAck("17"));
  ASSERT_TRUE(agent_->Send(EventText(R"("again")")));
  EXPECT_EQ(agent_->Read(), EventAck(R"("again")"));
  ASSERT_TRUE(agent_->Send(EventText(R"("again")")));
  EXPECT_EQ(agent_->Read(), EventAck(R"("again")"));
}

TEST_F(SessionEventsTest, AnEventThatIsNoneIsCountedAndNotAcknowledged) {
  Start();
  ASSERT_TRUE(agent_->Send(R"({"type":"event","data":{"event_type":"door"}})"));
  ASSERT_TRUE(agent_->Send(R"({"type":"event"})"));
  ExpectNothingBeforeAPong();
  EXPECT_EQ(registry().Count(IsEvent), 0U);
  EXPECT_EQ(gateway_->Metric(R"(edgeplane_messages_received_total{type="malformed"})"), 2);
}

// More of them at once than may wait for a slow agent: it is none for that.
TEST_F(SessionEventsTest, ABurstOfEventsIsNoReasonToCutTheAgentOff) {
  constexpr int kBurst = 100;
  Start([](GatewaySettings& s) { s.max_outgoing_messages = 4; });
  registry().Confirm(false);
  for (int i = 0; i < kBurst; ++i) ASSERT_TRUE(agent_->Send(EventText(std::to_string(i))));
  ASSERT_TRUE(registry().AwaitCount(IsEvent, kBurst));
  registry().ConfirmThrough(1'000'000);
  for (int i = 0; i < kBurst; ++i) EXPECT_EQ(agent_->Read(), EventAck(std::to_string(i)));
  registry().Confirm(true);
  ExpectNothingBeforeAPong();
}

TEST_F(SessionEventsTest, AnEventOfASessionThatHasGoneIsStoredAllTheSame) {
  Start();
  registry().Confirm(false);
  ASSERT_TRUE(agent_->Send(EventText("1")));
  ASSERT_TRUE(registry().Await(IsEvent));
  agent_->Vanish();
  ASSERT_TRUE(registry().Await(IsClosed));
  registry().Confirm(true);
  registry().ConfirmThrough(registry().Await(IsClosed)->sequence());
  Connect();
  ExpectNothingBeforeAPong();
}

// What an agent repeats is given up long before what keeps it connected.
TEST_F(SessionEventsTest, APongComesWhereThereIsNoRoomForEvents) {
  constexpr int kRoom = 32'768;
  Start([](GatewaySettings& s) { s.messages_per_minute = 1'000'000; });
  registry().Confirm(false);
  std::string events;
  for (int i = 0; i < kRoom + 100; ++i) events += ClientFrame(kTextFrame, EventText("1"));
  ASSERT_TRUE(agent_->WriteRaw(events));
  ExpectNothingBeforeAPong();
  EXPECT_GT(gateway_->Metric(R"(edgeplane_reports_dropped_total{kind="event"})"), 0);
  ASSERT_TRUE(agent_->Send(AckText(1)));
  ASSERT_TRUE(registry().Await(IsAck));
  // From the next report on, which is the end of it.
  registry().Confirm(true);
}

TEST_F(SessionEventsTest, EventsSurviveALinkThatBreaks) {
  Start();
  registry().Confirm(false);
  ASSERT_TRUE(agent_->Send(EventText("1")));
  ASSERT_TRUE(registry().Await(IsEvent));
  registry().Confirm(true);
  registry().BreakLink();
  ASSERT_TRUE(registry().AwaitCount(IsEvent, 2));
  EXPECT_EQ(agent_->Read(), EventAck("1"));
}

TEST_F(SessionEventsTest, StatusIsReportedAndNotAcknowledged) {
  Start();
  ASSERT_TRUE(agent_->Send(R"({"type":"status","data":{"uptime_seconds":1.5,"n":2}})"));
  ASSERT_TRUE(agent_->Send(R"({"type":"status"})"));
  const auto status = registry().Await(IsStatus);
  ASSERT_TRUE(status);
  EXPECT_EQ(status->status().agent_id(), "luna1");
  EXPECT_EQ(status->status().session_id(), "session-of-luna1");
  EXPECT_EQ(status->status().status_json(), R"({"n":2,"uptime_seconds":1.5})");
  EXPECT_GT(status->status().time().seconds(), 0);
  EXPECT_GT(status->sequence(), 0);
  ExpectNothingBeforeAPong();
  EXPECT_EQ(registry().Count(IsStatus), 1U);
  EXPECT_EQ(gateway_->Metric(R"(edgeplane_messages_received_total{type="status"})"), 2);
}

TEST_F(SessionEventsTest, AResultIsReportedWithItsAck) {
  Start();
  ASSERT_TRUE(agent_->Send(R"({"type":"command_ack","data":{"command_id":")" + CommandId(1) +
                           R"(","status":"completed","result":{"b":1,"a":[null]}}})"));
  const auto ack = registry().Await(IsAck);
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->command_ack().result_json(), R"({"a":[null],"b":1})");
}

// --- configurations ---

TEST_F(SessionEventsTest, AConfigurationIsWrittenAndReportedAsWritten) {
  Start();
  registry().DeliverConfig(Config(7));
  EXPECT_EQ(agent_->Read(), R"({"type":"config_update","data":{"interval":30}})");
  const auto written = registry().Await(IsConfigWritten);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->config_written().agent_id(), "luna1");
  EXPECT_EQ(written->config_written().session_id(), "session-of-luna1");
  EXPECT_EQ(written->config_written().epoch(), 1);
  EXPECT_EQ(written->config_written().version(), 7);
  EXPECT_GT(written->sequence(), 0);
  ExpectNothingBeforeAPong();
}

TEST_F(SessionEventsTest, AConfigurationForASessionThatIsNotThereIsDropped) {
  Start();
  v1::DeliverConfig config = Config(7);
  config.set_session_id("another");
  registry().DeliverConfig(config);
  registry().DeliverConfig(Config(8, R"({"n":1})"));
  EXPECT_EQ(agent_->Read(), R"({"type":"config_update","data":{"n":1}})");
  EXPECT_EQ(registry().Await(IsConfigWritten)->config_written().version(), 8);
}

// A configuration that waits behind commands nobody reads is named in the Hello of
// the next link, and falls with its session.
TEST_F(SessionEventsTest, AConfigurationThatIsNotWrittenIsNamedUntilItsSessionEnds) {
  Start([](GatewaySettings& s) { s.max_outgoing_bytes = 64 * 1024 * 1024; },
        /*small_receive_buffer=*/true);
  AgentClient other(gateway_->port());
  ASSERT_EQ(other.Upgrade("luna2"), 101);
  ASSERT_TRUE(registry().AwaitCount(IsOpened, 2));
  for (int i = 0; i < 40; ++i) registry().Deliver(Command("luna1", i, 500'000));
  registry().DeliverConfig(Config(7));
  // What is sent in order arrives in order.
  registry().Deliver(Command("luna2", 1));
  ASSERT_TRUE(other.Read());
  registry().BreakLink();
  ASSERT_TRUE(registry().AwaitCount(IsHello, 2));
  const v1::Hello hello = registry().LastHello();
  ASSERT_EQ(hello.sessions_size(), 2);
  for (const auto& session : hello.sessions()) {
    EXPECT_EQ(session.unwritten_config_version(), session.agent_id() == "luna1" ? 7 : 0);
  }
  agent_->Vanish();
  ASSERT_TRUE(registry().Await(IsClosed));
  EXPECT_EQ(registry().Count(IsConfigWritten), 0U);
}

}  // namespace
}  // namespace edgeplane::gateway
