#include "services/registry/reported.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/agent_limits.h"
#include "base/timestamp.h"

namespace edgeplane::registry {
namespace {

constexpr char kId[] = "019471f2-8e2d-7a5b-9c1d-0123456789ab";
const Time kNow = *ParseTime("2026-01-31T09:15:00Z");

v1::ReportedEvent SoundEvent() {
  v1::ReportedEvent event;
  event.set_event_id("e1");
  event.set_event_type("message_received");
  event.set_thread_id("t1");
  event.set_details_json(R"({"a":1})");
  return event;
}

std::string ObjectOf(size_t bytes) { return R"({"a":")" + std::string(bytes - 8, 'x') + R"("})"; }

Result<storage::Event> Read(const v1::ReportedEvent& event, const std::string& agent_id = "a") {
  return ToEvent(event, agent_id, storage::Channel::kWebSocket, kNow);
}

TEST(Reported, ReadsAnEvent) {
  const auto event = Read(SoundEvent());
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(event->agent_id, "a");
  EXPECT_EQ(event->event_id, "e1");
  EXPECT_EQ(event->event_type, "message_received");
  EXPECT_EQ(event->thread_id, "t1");
  EXPECT_EQ(event->details_json, R"({"a":1})");
  EXPECT_EQ(event->receive_time, kNow);
  EXPECT_EQ(event->channel, storage::Channel::kWebSocket);
}

TEST(Reported, AnEventKeepsToItsLimits) {
  const auto sound = [](void (*change)(v1::ReportedEvent&)) {
    v1::ReportedEvent event = SoundEvent();
    change(event);
    return Read(event).ok();
  };
  using E = v1::ReportedEvent;
  EXPECT_TRUE(sound([](E& e) { e.clear_thread_id(); }));
  EXPECT_TRUE(sound([](E& e) { e.set_event_id(std::string(128, 'i')); }));
  EXPECT_TRUE(sound([](E& e) { e.set_details_json(ObjectOf(256 * 1024)); }));
  EXPECT_FALSE(sound([](E& e) { e.clear_event_id(); }));
  EXPECT_FALSE(sound([](E& e) { e.set_event_id(std::string(129, 'i')); }));
  EXPECT_FALSE(sound([](E& e) { e.clear_event_type(); }));
  EXPECT_FALSE(sound([](E& e) { e.set_event_type(std::string(129, 't')); }));
  EXPECT_FALSE(sound([](E& e) { e.set_thread_id(std::string(257, 't')); }));
  EXPECT_FALSE(sound([](E& e) { e.clear_details_json(); }));
  EXPECT_FALSE(sound([](E& e) { e.set_details_json("[1]"); }));
  EXPECT_FALSE(sound([](E& e) { e.set_details_json("{"); }));
  EXPECT_FALSE(sound([](E& e) { e.set_details_json(ObjectOf(256 * 1024 + 1)); }));
  EXPECT_FALSE(sound([](E& e) { e.set_event_id(std::string(1, '\0')); }));
  EXPECT_FALSE(sound([](E& e) { e.set_event_type(std::string(1, '\0')); }));
  EXPECT_FALSE(sound([](E& e) { e.set_thread_id(std::string(1, '\0')); }));
  EXPECT_TRUE(sound([](E& e) { e.set_details_json(R"({"a":"\u0000"})"); }));
  EXPECT_FALSE(Read(SoundEvent(), "").ok());
  EXPECT_FALSE(Read(SoundEvent(), std::string(129, 'a')).ok());
}

TEST(Reported, ASyncBringsAsManyBytesOfEventsAsGatewaysTake) {
  v1::SyncRequest request;
  request.mutable_caller()->set_agent_id("a");
  request.set_sync_id(kId);
  *request.add_events() = SoundEvent();
  const size_t names = std::string("e1message_receivedt1").size();
  request.mutable_events(0)->set_details_json(ObjectOf(kSyncEventBytesMax - names));
  EXPECT_TRUE(ToSync(request)->left_out_events.empty());
  *request.add_events() = SoundEvent();
  EXPECT_THAT(ToSync(request)->left_out_events, testing::ElementsAre(1));
}

TEST(Reported, ReadsAStatus) {
  EXPECT_EQ(ToStatus(R"({"uptime_seconds":5})", kNow)->status_json, R"({"uptime_seconds":5})");
  EXPECT_EQ(ToStatus("{}", kNow)->time, kNow);
  EXPECT_FALSE(ToStatus("5", kNow).ok());
  EXPECT_FALSE(ToStatus(ObjectOf(16 * 1024 + 1), kNow).ok());
}

v1::AcknowledgeRequest SoundAck() {
  v1::AcknowledgeRequest request;
  request.set_command_id(kId);
  request.set_outcome(v1::CommandAck::COMPLETED);
  request.set_status("completed");
  SetTime(kNow, *request.mutable_time());
  request.set_ordinal(7);
  return request;
}

TEST(Reported, ReadsAnAcknowledgementOverHttp) {
  v1::AcknowledgeRequest request = SoundAck();
  request.set_result_json(R"({"pages":3})");
  const auto ack = ToAck(request, "a");
  ASSERT_TRUE(ack.ok());
  EXPECT_EQ(ack->fence.agent_id, "a");
  EXPECT_EQ(ack->fence.session_id, "");
  EXPECT_EQ(ack->channel, storage::Channel::kHttp);
  EXPECT_EQ(ack->command_id, kId);
  EXPECT_EQ(ack->event, storage::CommandEvent::kAckCompleted);
  EXPECT_EQ(ack->status, "completed");
  EXPECT_EQ(ack->result_json, R"({"pages":3})");
  EXPECT_EQ(ack->time, kNow);
  EXPECT_EQ(ack->ordinal, 7);
}

TEST(Reported, AnIdMayBeSaidInUpperCase) {
  v1::AcknowledgeRequest request = SoundAck();
  request.set_command_id("019471F2-8E2D-7A5B-9C1D-0123456789AB");
  EXPECT_EQ(ToAck(request, "a")->command_id, kId);
}

// The acknowledgement counts all the same.
TEST(Reported, AResultThatCannotBeKeptIsLeftOut) {
  for (const std::string& result :
       {std::string("no json"), std::string("[]"), ObjectOf(64 * 1024 + 1), std::string()}) {
    v1::AcknowledgeRequest request = SoundAck();
    request.set_result_json(result);
    const auto ack = ToAck(request, "a");
    ASSERT_TRUE(ack.ok());
    EXPECT_EQ(ack->result_json, "");
  }
}

TEST(Reported, TheConnectionsAcknowledgementsHaveResultsToo) {
  v1::CommandAck message;
  message.set_agent_id("a");
  message.set_session_id(kId);
  message.set_epoch(1);
  message.set_command_id(kId);
  message.set_outcome(v1::CommandAck::FAILED);
  message.set_ordinal(1);
  message.set_result_json(R"({"pages":3})");
  EXPECT_EQ(ToAck(message)->result_json, R"({"pages":3})");
  EXPECT_EQ(ToAck(message)->channel, storage::Channel::kWebSocket);
}

}  // namespace
}  // namespace edgeplane::registry
