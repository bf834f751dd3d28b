// What is old enough goes, as the sweeper sees to it.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/registry/registry_harness.h"

namespace edgeplane::registry {
namespace {

TEST(Retention, TakesOldEventsInBatches) {
  RegistrySettings settings = HarnessSettings();
  settings.sweep_batch = 2;
  settings.event_retention = std::chrono::hours(1);
  RegistryHarness h(settings);
  h.AddAgent("a");
  std::vector<storage::Event> events;
  for (int i = 0; i < 6; ++i) {
    events.push_back({.agent_id = "a",
                      .event_id = std::to_string(i),
                      .event_type = "t",
                      .details_json = "{}",
                      .receive_time = h.clock.Now() + std::chrono::minutes(i == 5 ? 1 : 0)});
  }
  ASSERT_TRUE(h.store.RecordEvents(events).ok());
  h.clock.Advance(std::chrono::hours(1) + Duration(1));
  h.sweeper.Sweep();
  ASSERT_EQ(h.store.ListEvents({}, {})->items.size(), 1u);
  EXPECT_EQ(h.store.ListEvents({}, {})->items[0].event_id, "5");
}

TEST(Retention, TakesTheRestAtTheNextSweep) {
  RegistrySettings settings = HarnessSettings();
  settings.sweep_batch = 1;
  settings.event_retention = std::chrono::hours(1);
  RegistryHarness h(settings);
  std::vector<storage::Event> events;
  for (int i = 0; i < 40; ++i) {
    events.push_back({.agent_id = "a",
                      .event_id = std::to_string(i),
                      .event_type = "t",
                      .details_json = "{}",
                      .receive_time = h.clock.Now()});
  }
  ASSERT_TRUE(h.store.RecordEvents(events).ok());
  h.clock.Advance(std::chrono::hours(2));
  for (const size_t left : {24u, 8u, 0u}) {
    h.sweeper.Sweep();
    EXPECT_EQ(h.store.ListEvents({}, {})->items.size(), left);
  }
}

TEST(Retention, TakesFinalCommandsAndRefusalsEachInItsTime) {
  RegistrySettings settings = HarnessSettings();
  settings.command_retention = std::chrono::hours(1);
  settings.refusal_retention = std::chrono::hours(3);
  RegistryHarness h(settings);
  h.AddAgent("a");
  const std::string over = h.Enqueue("a");
  const std::string waiting = h.Enqueue("a");
  ASSERT_TRUE(h.store.CancelCommand(over, "", h.clock.Now()).ok());
  storage::Refusal refusal;
  refusal.refusal_id = "0190a5b4-0000-7000-8000-000000000001";
  refusal.create_time = refusal.last_time = h.clock.Now();
  ASSERT_TRUE(h.store.RecordRefusals({refusal}).ok());

  // More than there are sweeps between two looks.
  const auto sweep_after = [&h](std::chrono::hours time) {
    h.clock.Advance(time);
    for (int i = 0; i < 10; ++i) h.sweeper.Sweep();
  };
  sweep_after(std::chrono::hours(2));
  EXPECT_FALSE(h.store.GetCommand(over).ok());
  EXPECT_TRUE(h.store.GetCommand(waiting).ok());
  EXPECT_TRUE(h.store.GetRefusal(refusal.refusal_id).ok());
  sweep_after(std::chrono::hours(2));
  EXPECT_FALSE(h.store.GetRefusal(refusal.refusal_id).ok());
}

TEST(Retention, TakesWhatOperatorsHaveAskedFor) {
  RegistrySettings settings = HarnessSettings();
  settings.audit_retention = std::chrono::hours(1);
  RegistryHarness h(settings);
  storage::AuditEntry entry;
  entry.audit_id = "0190a5b4-0000-7000-8000-000000000001";
  entry.create_time = h.clock.Now();
  ASSERT_TRUE(h.store.RecordAudit(entry).ok());
  h.sweeper.Sweep();
  EXPECT_EQ(h.store.ListAudit({}, {})->items.size(), 1u);
  h.clock.Advance(std::chrono::hours(2));
  for (int i = 0; i < 10; ++i) h.sweeper.Sweep();  // looks at it now and then
  EXPECT_TRUE(h.store.ListAudit({}, {})->items.empty());
}

}  // namespace
}  // namespace edgeplane::registry
