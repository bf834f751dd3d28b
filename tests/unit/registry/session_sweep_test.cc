// What was said on the bus and did not arrive.
#include "services/registry/session_sweep.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/registry/recording_bus.h"
#include "tests/unit/registry/registry_harness.h"

namespace edgeplane::registry {
namespace {

using Ended = std::vector<std::pair<std::string, v1::Disconnect>>;

class SessionSweepTest : public testing::Test {
 protected:
  SessionSweepTest() {
    h_.AddAgent("a");
    fence_ = h_.OpenSession("a");
    gateway_ = h_.JoinedLink({{fence_, {}}});
    gateway_.outlet->Take();
  }

  std::vector<v1::RegistryMessage> Look() {
    sweep_.LookSoon();
    return LookIfDue();
  }
  std::vector<v1::RegistryMessage> LookIfDue() {
    sweep_.Look([] { return false; });
    h_.Settle();
    return gateway_.outlet->Take();
  }

  RegistryHarness h_;
  SessionSweep sweep_{h_.parts};
  storage::Fence fence_;
  LinkedGatewayUnderTest gateway_;
};

TEST_F(SessionSweepTest, FindsACommand) {
  const std::string id = h_.Enqueue("a");
  EXPECT_TRUE(LookIfDue().empty());
  EXPECT_EQ(Delivered(Look()), std::vector<std::string>{id});
  EXPECT_TRUE(Look().empty());
}

TEST_F(SessionSweepTest, FindsAConfiguration) {
  ASSERT_TRUE(h_.store.SetDesiredConfig("a", "{}", false, h_.clock.Now()).ok());
  const std::vector<v1::RegistryMessage> sent = Look();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(sent[0].has_deliver_config());
}

TEST_F(SessionSweepTest, FindsThatTheAgentIsDisabled) {
  ASSERT_TRUE(h_.store.DisableAgent("a", "", h_.clock.Now()).ok());
  EXPECT_EQ(EndedSessions(Look()), (Ended{{fence_.session_id, v1::DISABLED}}));
  EXPECT_FALSE(h_.directory.Find("a"));
}

TEST_F(SessionSweepTest, FindsThatTheSessionIsAnothersByNow) {
  h_.OpenSession("a", "far");
  EXPECT_EQ(EndedSessions(Look()), (Ended{{fence_.session_id, v1::SUPERSEDED}}));
}

TEST_F(SessionSweepTest, FindsThatTheAgentIsDeleted) {
  ASSERT_TRUE(h_.store.DeleteAgent("a", h_.clock.Now()).ok());
  EXPECT_EQ(EndedSessions(Look()), (Ended{{fence_.session_id, v1::CREDENTIALS_REVOKED}}));
}

TEST_F(SessionSweepTest, LeavesThoseInPeaceOfWhomThereIsNothingNew) {
  EXPECT_TRUE(Look().empty());
  EXPECT_TRUE(h_.directory.Find("a")->confirmed);
}

TEST_F(SessionSweepTest, IsDueAgainWhenTheStoreFails) {
  const std::string id = h_.Enqueue("a");
  h_.store.FailOperation(1, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "away"));
  EXPECT_TRUE(Look().empty());
  EXPECT_EQ(Delivered(LookIfDue()), std::vector<std::string>{id});
}

TEST(SessionSweepOfTheSweeper, LooksOnlyWhereThereAreOthers) {
  const auto sweep = [](RegistryHarness& h) {
    h.AddAgent("a");
    const storage::Fence fence = h.OpenSession("a");
    const LinkedGatewayUnderTest gateway = h.JoinedLink({{fence, {}}});
    gateway.outlet->Take();
    h.Enqueue("a");
    h.sweeper.LookAtSessionsSoon();
    h.sweeper.Sweep();
    h.Settle();
    return Delivered(gateway.outlet->Take()).size();
  };
  RecordingBus bus;
  RegistryHarness one_of_some(HarnessSettings(), &bus);
  EXPECT_EQ(sweep(one_of_some), 1u);
  RegistryHarness single;
  EXPECT_EQ(sweep(single), 0u);
}

}  // namespace
}  // namespace edgeplane::registry
