#include "services/registry/syncer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/registry/syncing_fixture.h"

namespace edgeplane::registry {
namespace {

using storage::CommandState;
using Ids = std::vector<std::string>;

using SyncerTest = SyncingTest;

TEST_F(SyncerTest, HandsOutWhatWaits) {
  const std::string first = h_.Enqueue("a", 0, R"({"n":1})");
  const std::string second = h_.Enqueue("a");
  h_.Enqueue("b");
  int told = 0;
  const auto subscription = h_.signals.Subscribe(first, [&] { ++told; });
  const v1::SyncRequest request = SyncOf("a", h_.clock.Now());
  EXPECT_EQ(HandedOut(Sync(request)), (Ids{first, second}));
  const v1::Deliver& command = response_.result().commands(0);
  EXPECT_EQ(command.session_id(), request.sync_id());
  EXPECT_EQ(command.agent_id(), "a");
  EXPECT_EQ(command.type(), "print");
  EXPECT_EQ(command.payload_json(), R"({"n":1})");
  EXPECT_EQ(GetTime(command.create_time()), h_.clock.Now());
  EXPECT_EQ(response_.result().config_json(), "");

  const storage::Command stored = *h_.store.GetCommand(first);
  EXPECT_EQ(stored.state, CommandState::kDelivered);
  EXPECT_EQ(stored.history.back().channel, storage::Channel::kHttp);
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(Shows("edgeplane_commands_total{state=\"DELIVERED\"} 2"));
  EXPECT_TRUE(Shows("edgeplane_command_delivery_seconds_count 2"));
  EXPECT_TRUE(Shows("edgeplane_admission_duration_seconds_count 1"));
  EXPECT_EQ(h_.store.GetAgent("a")->last_sync_time, h_.clock.Now());
  EXPECT_TRUE(HandedOut(Sync()).empty()) << "it is in flight";
}

TEST_F(SyncerTest, TheLastCommandIsReceivedAndWhatCameWithIt) {
  const Ids ids = {h_.Enqueue("a"), h_.Enqueue("a"), h_.Enqueue("a")};
  Sync();
  int told = 0;
  const auto subscription = h_.signals.Subscribe(ids[0], [&] { ++told; });
  std::string upper = ids[2];
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  Sync(upper);
  for (const std::string& id : ids) EXPECT_EQ(h_.StateOf(id), CommandState::kReceived);
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(Shows("edgeplane_commands_total{state=\"RECEIVED\"} 3"));
  // Said again and again, it is in the history once.
  Sync(ids[2]);
  EXPECT_EQ(h_.store.GetCommand(ids[2])->history.size(), 3u);
  EXPECT_TRUE(Shows("edgeplane_commands_total{state=\"RECEIVED\"} 3"));
}

TEST_F(SyncerTest, StoresEventsAndStatusOnce) {
  int told = 0;
  const auto subscription = h_.event_signals.Subscribe([&] { ++told; });
  v1::SyncRequest request = SyncOf("a", h_.clock.Now());
  *request.add_events() = EventOf("e1");
  *request.add_events() = EventOf("e2");
  request.set_status_json(R"({"uptime_seconds":5})");
  EXPECT_TRUE(Sync(request).has_result());
  EXPECT_EQ(told, 1);
  const std::vector<storage::Event> events = h_.store.ListEvents({}, {})->items;
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].event_id, "e1");
  EXPECT_EQ(events[1].event_type, "message_received");
  EXPECT_EQ(events[1].details_json, R"({"a":1})");
  EXPECT_EQ(events[1].channel, storage::Channel::kHttp);
  EXPECT_EQ(events[1].receive_time, h_.clock.Now());
  EXPECT_EQ(h_.store.GetAgent("a")->status->status_json, R"({"uptime_seconds":5})");
  EXPECT_TRUE(Shows("edgeplane_events_stored_total{channel=\"HTTP\"} 2"));

  request.set_sync_id(NewUuid(h_.clock.Now()));
  EXPECT_TRUE(Sync(request).has_result());
  EXPECT_EQ(told, 1) << "nothing is new";
  EXPECT_EQ(h_.store.ListEvents({}, {})->items.size(), 2u);
  EXPECT_TRUE(Shows("edgeplane_events_stored_total{channel=\"HTTP\"} 2"));
}

TEST_F(SyncerTest, TheConfigurationGoesOutOncePerChange) {
  ASSERT_TRUE(h_.store.SetDesiredConfig("a", R"({"x":1})", false, h_.clock.Now()).ok());
  EXPECT_EQ(Sync().result().config_json(), R"({"x":1})");
  EXPECT_EQ(Sync().result().config_json(), "");
  ASSERT_TRUE(h_.store.SetDesiredConfig("a", R"({"x":2})", false, h_.clock.Now()).ok());
  EXPECT_EQ(Sync().result().config_json(), R"({"x":2})");
  EXPECT_EQ(Sync().result().config_json(), "");
}

TEST_F(SyncerTest, IsRefusedAsAnUpgradeIs) {
  v1::SyncRequest request = SyncOf("a", h_.clock.Now());
  request.mutable_caller()->set_bearer(std::string(64, 'x'));
  EXPECT_EQ(Sync(request).refused().reason(), v1::SECRET_MISMATCH);
  EXPECT_EQ(response_.refused().expected().fingerprint(),
            h_.vault.Fingerprint(RegistryHarness::kSecret));
  EXPECT_EQ(Sync(SyncOf("nobody", h_.clock.Now())).refused().reason(), v1::AGENT_UNKNOWN);

  storage::AgentChanges changes;
  changes.allowed_addresses = std::vector<std::string>{"192.0.2.0/24"};
  ASSERT_TRUE(h_.store.UpdateAgent("a", changes, h_.clock.Now()).ok());
  EXPECT_EQ(Sync().refused().reason(), v1::ADDRESS_NOT_ALLOWED);
  ASSERT_TRUE(h_.store.DisableAgent("a", "stolen", h_.clock.Now()).ok());
  EXPECT_EQ(Sync().refused().reason(), v1::AGENT_DISABLED);
  EXPECT_FALSE(h_.store.GetAgent("a")->last_sync_time);
}

TEST_F(SyncerTest, WhatChangesAfterTheDecisionIsStillARefusal) {
  const auto sync_after = [this](const std::function<void()>& event) {
    return Sync(SyncOf("a", h_.clock.Now()), [&] {
      event();
      return false;
    });
  };
  EXPECT_EQ(sync_after([this] { ASSERT_TRUE(h_.store.DisableAgent("a", "", h_.clock.Now()).ok()); })
                .refused()
                .reason(),
            v1::AGENT_DISABLED);
  ASSERT_TRUE(h_.store.EnableAgent("a", h_.clock.Now()).ok());
  EXPECT_EQ(sync_after([this] { ASSERT_TRUE(h_.store.DeleteAgent("a", h_.clock.Now()).ok()); })
                .refused()
                .reason(),
            v1::AGENT_UNKNOWN);
}

TEST_F(SyncerTest, AStoreFailureIsNoAnswer) {
  const std::string id = h_.Enqueue("a");
  for (int64_t nth = 1; nth <= 2; ++nth) {
    h_.store.FailOperation(nth, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
    EXPECT_EQ(Sync().decision_case(), v1::SyncResponse::DECISION_NOT_SET);
    ASSERT_FALSE(status_.ok());
    EXPECT_EQ(status_.error().code, v1::ErrorReason::STORE_UNAVAILABLE);
  }
  EXPECT_EQ(HandedOut(Sync()), Ids{id});
}

TEST_F(SyncerTest, ChecksTheRequest) {
  const auto expect_invalid = [this](void (*spoil)(v1::SyncRequest&)) {
    v1::SyncRequest request = SyncOf("a", h_.clock.Now());
    spoil(request);
    EXPECT_EQ(Sync(request).decision_case(), v1::SyncResponse::DECISION_NOT_SET);
    ASSERT_FALSE(status_.ok()) << request.ShortDebugString();
    EXPECT_EQ(status_.error().code, v1::ErrorReason::INVALID_FIELD);
  };
  expect_invalid([](v1::SyncRequest& r) { r.clear_caller(); });
  expect_invalid([](v1::SyncRequest& r) { r.mutable_caller()->clear_gateway_id(); });
  expect_invalid([](v1::SyncRequest& r) { r.mutable_caller()->clear_agent_id(); });
  expect_invalid([](v1::SyncRequest& r) { r.mutable_caller()->clear_bearer(); });
  expect_invalid([](v1::SyncRequest& r) { r.set_sync_id("no uuid"); });
  expect_invalid([](v1::SyncRequest& r) { r.set_last_command_id("no uuid"); });
}

// The agent would bring it again with every sync, and never get a command.
TEST_F(SyncerTest, WhatCannotBeKeptIsLeftOutAndTheRestGoesOn) {
  const std::string id = h_.Enqueue("a");
  v1::SyncRequest request = SyncOf("a", h_.clock.Now());
  *request.add_events() = EventOf("");
  *request.add_events() = EventOf("e1");
  *request.add_events() = EventOf("e2", "[]");
  const std::string large = R"({"a":")" + std::string(100'000, 'x') + R"("})";
  for (const char* event_id : {"l1", "l2", "l3"}) *request.add_events() = EventOf(event_id, large);
  *request.add_events() = EventOf("e3");
  request.set_status_json("[]");
  EXPECT_EQ(HandedOut(Sync(request)), Ids{id});
  const auto& left_out = response_.result().left_out_events();
  EXPECT_EQ(std::vector<int>(left_out.begin(), left_out.end()), (std::vector<int>{0, 2, 5}));
  Ids stored;
  const auto events = h_.store.ListEvents({}, {});
  for (const storage::Event& event : events->items) {
    stored.push_back(event.event_id);
  }
  EXPECT_EQ(stored, (Ids{"e3", "l2", "l1", "e1"}));
  EXPECT_FALSE(h_.store.GetAgent("a")->status);

  EXPECT_TRUE(Sync().result().left_out_events().empty());
}

class BoundedSyncerTest : public SyncerTest {
 protected:
  static RegistrySettings Bounded() {
    RegistrySettings settings = HarnessSettings();
    settings.sync_commands_max = 3;
    settings.sync_bytes_max = 1024;
    return settings;
  }
  BoundedSyncerTest() : SyncerTest(Bounded()) {}
};

TEST_F(BoundedSyncerTest, HandsOutAsMuchAsMayBe) {
  Ids ids;
  for (int i = 0; i < 4; ++i) ids.push_back(h_.Enqueue("a"));
  EXPECT_EQ(HandedOut(Sync()), Ids(ids.begin(), ids.begin() + 3));
  const std::string large = h_.Enqueue("a", 0, R"({"a":")" + std::string(5000, 'x') + R"("})");
  EXPECT_EQ(HandedOut(Sync()), Ids{ids[3]});
  EXPECT_EQ(HandedOut(Sync()), Ids{large}) << "one always fits";
}

}  // namespace
}  // namespace edgeplane::registry
