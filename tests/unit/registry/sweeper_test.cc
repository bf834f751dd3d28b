#include "services/registry/sweeper.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/registry/registry_harness.h"

namespace edgeplane::registry {
namespace {

TEST(Sweeper, EndsExpiredCommandsInBatches) {
  RegistrySettings settings = HarnessSettings();
  settings.sweep_batch = 2;
  RegistryHarness h(settings);
  h.AddAgent("a");
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(h.Enqueue("a"));
  int told = 0;
  const auto subscription = h.signals.Subscribe(ids[4], [&] { ++told; });
  h.sweeper.Sweep();
  EXPECT_EQ(told, 0);
  h.clock.Advance(std::chrono::hours(1));
  h.sweeper.Sweep();
  for (const std::string& id : ids) EXPECT_EQ(h.StateOf(id), storage::CommandState::kExpired);
  EXPECT_EQ(told, 1);
  const std::string text = h.metrics_registry.Render();
  EXPECT_NE(text.find("edgeplane_commands_total{state=\"EXPIRED\"} 5"), std::string::npos);
}

TEST(Sweeper, KeepsTheGaugesUpToDate) {
  RegistryHarness h;
  h.AddAgent("a");
  h.Enqueue("a");
  h.Enqueue("a");
  const LinkedGatewayUnderTest gateway = h.JoinedLink();
  h.sweeper.Sweep();
  std::string text = h.metrics_registry.Render();
  EXPECT_NE(text.find("edgeplane_command_queue_depth 2"), std::string::npos);
  EXPECT_NE(text.find("edgeplane_links 1"), std::string::npos);
  EXPECT_NE(text.find("edgeplane_sessions 0"), std::string::npos);
}

TEST(Sweeper, ForgetsAdmissionsThatNoGatewayTookUp) {
  RegistryHarness h;
  h.pending.Granted({"a", "s", 1}, "g1", h.clock.Now());
  h.clock.Advance(std::chrono::minutes(2));
  h.sweeper.Sweep();
  EXPECT_TRUE(h.pending.Find("a"));
  h.clock.Advance(Duration(1));
  h.sweeper.Sweep();
  EXPECT_FALSE(h.pending.Find("a"));
}

TEST(Sweeper, OutlastsAFailingStore) {
  RegistryHarness h;
  for (int64_t nth = 1; nth <= 3; ++nth) {
    h.store.FailOperation(nth, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
    h.sweeper.Sweep();
  }
}

TEST(Sweeper, SweepsByItselfUntilStopped) {
  RegistrySettings settings = HarnessSettings();
  settings.sweep_interval = std::chrono::milliseconds(1);
  RegistryHarness h(settings);
  h.AddAgent("a");
  const std::string id = h.Enqueue("a");
  std::promise<void> expired;
  const auto subscription = h.signals.Subscribe(id, [&] { expired.set_value(); });
  h.sweeper.Start();
  h.clock.Advance(std::chrono::hours(2));
  EXPECT_EQ(expired.get_future().wait_for(std::chrono::seconds(60)), std::future_status::ready);
  h.sweeper.Stop();
  h.sweeper.Stop();
}

}  // namespace
}  // namespace edgeplane::registry
