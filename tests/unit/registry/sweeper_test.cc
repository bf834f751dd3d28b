#include "services/registry/sweeper.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/registry/polling_requests.h"

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

TEST(Sweeper, TakesBackWhatASyncHandedOutAndNobodyAnswered) {
  RegistryHarness h;
  h.AddAgent("a");
  const std::string again = h.Enqueue("a");
  const std::string once = h.Enqueue("a", 1);
  v1::SyncResponse response;
  ASSERT_TRUE(h.syncer.Sync(SyncOf("a", h.clock.Now()), response, NeverAbandoned).ok());
  int told = 0;
  const auto subscription = h.signals.Subscribe(once, [&] { ++told; });
  h.clock.Advance(h.settings.sync_redelivery_after);
  h.sweeper.Sweep();
  EXPECT_EQ(h.StateOf(again), storage::CommandState::kDelivered);
  // It waits for the connection now.
  const storage::Fence fence = h.OpenSession("a");
  const LinkedGatewayUnderTest gateway = h.JoinedLink({{fence, {}}});
  EXPECT_TRUE(Delivered(gateway.outlet->Take()).empty());
  h.clock.Advance(Duration(1));
  h.sweeper.Sweep();
  h.Settle();
  EXPECT_EQ(h.StateOf(once), storage::CommandState::kInDoubt);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(Delivered(gateway.outlet->Take()), std::vector<std::string>{again});
  EXPECT_EQ(h.store.GetCommand(again)->deliveries, 2);
  const std::string text = h.metrics_registry.Render();
  EXPECT_NE(text.find("edgeplane_commands_total{state=\"IN_DOUBT\"} 1"), std::string::npos);
  EXPECT_NE(text.find("edgeplane_commands_total{state=\"QUEUED\"} 1"), std::string::npos);
}

TEST(Sweeper, EndsSessionsWhoseSecretIsNoLongerAccepted) {
  RegistryHarness h;
  h.AddAgent("a");
  h.AddAgent("b");
  const storage::Fence a = h.OpenSession("a");
  const storage::Fence b = h.OpenSession("b");
  const LinkedGatewayUnderTest gateway = h.JoinedLink({{a, {}}, {b, {}}});
  gateway.outlet->Take();
  const std::string fresh(64, 'n');
  const storage::SealedSecret sealed{
      h.vault.SealSecret(fresh, "a"), h.vault.Fingerprint(fresh), h.clock.Now(), {}};
  ASSERT_TRUE(h.store.RotateSecret("a", sealed, h.clock.Now() + std::chrono::hours(1)).ok());
  h.sweeper.Sweep();
  EXPECT_TRUE(gateway.outlet->Take().empty()) << "still accepted";
  h.clock.Advance(std::chrono::hours(1));
  h.sweeper.Sweep();
  EXPECT_EQ(EndedSessions(gateway.outlet->Take()),
            (std::vector<std::pair<std::string, v1::Disconnect>>{
                {a.session_id, v1::CREDENTIALS_REVOKED}}));
  EXPECT_FALSE(h.directory.Find("a"));
  EXPECT_TRUE(h.directory.Find("b"));
}

// Those of a gateway that is away stay, however many there are.
TEST(Sweeper, SessionsThatCannotBeEndedDoNotHoldUpOthers) {
  RegistrySettings settings = HarnessSettings();
  settings.sweep_batch = 2;
  RegistryHarness h(settings);
  const std::string fresh(64, 'n');
  const auto lapse = [&](const std::string& agent_id, const std::string& gateway_id) {
    h.AddAgent(agent_id);
    const storage::Fence fence = h.OpenSession(agent_id, gateway_id);
    const storage::SealedSecret sealed{
        h.vault.SealSecret(fresh, agent_id), h.vault.Fingerprint(fresh), h.clock.Now(), {}};
    EXPECT_TRUE(h.store.RotateSecret(agent_id, sealed, h.clock.Now()).ok());
    return fence;
  };
  for (const char* agent_id : {"a", "b", "c"}) lapse(agent_id, "away");
  const storage::Fence fence = lapse("d", "g1");
  const LinkedGatewayUnderTest gateway = h.JoinedLink({{fence, {}}});
  gateway.outlet->Take();
  const std::vector<std::pair<std::string, v1::Disconnect>> told{
      {fence.session_id, v1::CREDENTIALS_REVOKED}};
  h.sweeper.Sweep();
  EXPECT_TRUE(gateway.outlet->Take().empty());
  h.sweeper.Sweep();
  EXPECT_EQ(EndedSessions(gateway.outlet->Take()), told);
  // And round again: it has not ended.
  for (int i = 0; i < 3; ++i) h.sweeper.Sweep();
  EXPECT_EQ(EndedSessions(gateway.outlet->Take()), told);
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

TEST(Sweeper, OutlastsAFailingStore) {
  RegistryHarness h;
  for (int64_t nth = 1; nth <= 6; ++nth) {
    h.store.FailOperation(nth, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
    h.sweeper.Sweep();
  }
}

// Whatever else a sweep would do, each step with the deadline of a store that may be away.
TEST(Sweeper, StopsWithinASweep) {
  RegistryHarness h;
  h.AddAgent("a");
  const std::string expires = h.Enqueue("a");
  h.clock.Advance(std::chrono::minutes(30));
  h.Enqueue("a");
  const auto subscription = h.signals.Subscribe(expires, [&] { h.sweeper.Stop(); });
  h.clock.Advance(std::chrono::minutes(31));
  h.sweeper.Sweep();
  EXPECT_EQ(h.StateOf(expires), storage::CommandState::kExpired);
  // The one that is left would have been counted last.
  const std::string text = h.metrics_registry.Render();
  EXPECT_EQ(text.find("edgeplane_command_queue_depth 1"), std::string::npos);
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
