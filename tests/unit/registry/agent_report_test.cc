// What gateways report of what their agents say of themselves, and of syncs that
// were not answered.
#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "tests/unit/registry/link_fixture.h"
#include "tests/unit/registry/polling_requests.h"

namespace edgeplane::registry {
namespace {

using storage::CommandState;
using H = RegistryHarness;

class AgentReportTest : public LinkTest {
 protected:
  v1::GatewayMessage EventReportOf(int64_t sequence, const std::string& event_id,
                                   const std::string& agent_id = "a") {
    v1::GatewayMessage message;
    message.set_sequence(sequence);
    v1::EventReported& report = *message.mutable_event();
    report.set_agent_id(agent_id);
    report.set_session_id(fence_.session_id);
    *report.mutable_event() = EventOf(event_id);
    SetTime(h_.clock.Now(), *report.mutable_time());
    return message;
  }
  v1::GatewayMessage StatusReportOf(int64_t sequence, const std::string& json) {
    v1::GatewayMessage message;
    message.set_sequence(sequence);
    v1::StatusReported& report = *message.mutable_status();
    report.set_agent_id("a");
    report.set_session_id(fence_.session_id);
    report.set_status_json(json);
    SetTime(h_.clock.Now(), *report.mutable_time());
    return message;
  }
  static v1::GatewayMessage UnansweredOf(int64_t sequence, const std::string& agent_id,
                                         const std::string& sync_id) {
    v1::GatewayMessage message;
    message.set_sequence(sequence);
    message.mutable_sync_unanswered()->set_agent_id(agent_id);
    message.mutable_sync_unanswered()->set_sync_id(sync_id);
    return message;
  }
  int64_t TakeConfirmed() { return Confirmed(gateway_.outlet->Take()); }
  bool Shows(const std::string& line) {
    return h_.metrics_registry.Render().find(line + "\n") != std::string::npos;
  }
};

TEST_F(AgentReportTest, EventsAreStoredBeforeTheyAreConfirmed) {
  Connect();
  int told = 0;
  const auto subscription = h_.event_signals.Subscribe([&] { ++told; });
  Say(EventReportOf(2, "e1"));
  EXPECT_EQ(TakeConfirmed(), 2);
  EXPECT_EQ(told, 1);
  const std::vector<storage::Event> events = h_.store.ListEvents({}, {})->items;
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].agent_id, "a");
  EXPECT_EQ(events[0].event_id, "e1");
  EXPECT_EQ(events[0].channel, storage::Channel::kWebSocket);
  EXPECT_EQ(events[0].receive_time, h_.clock.Now());
  EXPECT_TRUE(Shows("edgeplane_events_stored_total{channel=\"WEBSOCKET\"} 1"));

  Say(EventReportOf(3, "e1"));
  EXPECT_EQ(TakeConfirmed(), 3) << "the same again is acknowledged again";
  EXPECT_EQ(told, 1);
  EXPECT_EQ(h_.store.ListEvents({}, {})->items.size(), 1u);
  EXPECT_TRUE(Shows("edgeplane_events_stored_total{channel=\"WEBSOCKET\"} 1"));
}

// An event happened, whatever has become of the session.
TEST_F(AgentReportTest, EventsAreNotFenced) {
  Connect();
  h_.OpenSession("a", "g2");
  Say(EventReportOf(2, "e1"));
  EXPECT_EQ(TakeConfirmed(), 2);
  EXPECT_EQ(h_.store.ListEvents({}, {})->items.size(), 1u);
}

TEST_F(AgentReportTest, ABatchOfEventsIsOneStep) {
  Connect();
  std::promise<void> release;
  ASSERT_TRUE(h_.pool.Continue([&] { release.get_future().wait(); }));
  for (int i = 2; i < 50; ++i) gateway_.link->Receive(EventReportOf(i, "e" + std::to_string(i)));
  // Were they stored one by one, the second would fail.
  h_.store.FailOperation(2, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
  release.set_value();
  h_.Settle();
  EXPECT_EQ(TakeConfirmed(), 49);
  static_cast<void>(h_.store.CountAgents());
  EXPECT_EQ(h_.store.ListEvents({}, {})->items.size(), 48u);
}

TEST_F(AgentReportTest, TheLastStatusCounts) {
  Connect();
  Say(StatusReportOf(2, R"({"n":1})"));
  h_.clock.Advance(std::chrono::seconds(1));
  Say(StatusReportOf(3, R"({"n":2})"));
  EXPECT_EQ(TakeConfirmed(), 3);
  EXPECT_EQ(h_.store.GetAgent("a")->status->status_json, R"({"n":2})");
  EXPECT_EQ(h_.store.GetAgent("a")->status->time, h_.clock.Now());
}

TEST_F(AgentReportTest, AnUnansweredSyncGoesBackToTheQueue) {
  gateway_ = h_.JoinedLink();
  const std::string id = h_.Enqueue("a", 1);
  const v1::SyncRequest sync = SyncOf("a", h_.clock.Now());
  v1::SyncResponse response;
  ASSERT_TRUE(h_.syncer.Sync(sync, response, NeverAbandoned).ok());
  EXPECT_EQ(HandedOut(response), std::vector<std::string>{id});
  int told = 0;
  const auto subscription = h_.signals.Subscribe(id, [&] { ++told; });
  Say(UnansweredOf(1, "a", sync.sync_id()));
  EXPECT_EQ(TakeConfirmed(), 1);
  EXPECT_EQ(h_.StateOf(id), CommandState::kQueued);
  EXPECT_EQ(h_.store.GetCommand(id)->deliveries, 0);
  EXPECT_EQ(told, 1);
  Say(UnansweredOf(1, "a", sync.sync_id()));
  EXPECT_EQ(told, 1) << "said twice, done once";
}

TEST_F(AgentReportTest, AnUnansweredSyncGoesOutOverTheConnection) {
  Connect();
  gateway_.outlet->SetRoom(false);
  const std::string id = h_.Enqueue("a", 1);
  const v1::SyncRequest sync = SyncOf("a", h_.clock.Now());
  v1::SyncResponse response;
  ASSERT_TRUE(h_.syncer.Sync(sync, response, NeverAbandoned).ok());
  gateway_.outlet->SetRoom(true);
  Say(UnansweredOf(2, "a", sync.sync_id()));
  EXPECT_EQ(Delivered(gateway_.outlet->Take()), std::vector<std::string>{id});
}

TEST_F(AgentReportTest, LeavesOutWhatCannotBeReadAndConfirmsTheRest) {
  Connect();
  v1::GatewayMessage event = EventReportOf(2, "");
  Say(std::move(event));
  Say(EventReportOf(3, "e1", ""));
  Say(StatusReportOf(4, "[]"));
  Say(UnansweredOf(5, "a", "no uuid"));
  Say(UnansweredOf(6, "", NewUuid(h_.clock.Now())));
  v1::GatewayMessage config;
  config.set_sequence(7);
  config.mutable_config_written()->set_agent_id("a");
  Say(std::move(config));
  Say(EventReportOf(8, "e8"));
  EXPECT_EQ(TakeConfirmed(), 8);
  EXPECT_EQ(h_.store.ListEvents({}, {})->items.size(), 1u);
}

}  // namespace
}  // namespace edgeplane::registry
