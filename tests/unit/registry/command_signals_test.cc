#include "services/registry/command_signals.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace edgeplane::registry {
namespace {

TEST(CommandSignals, ReachesTheListenersOfTheCommand) {
  CommandSignals signals;
  int first = 0;
  int second = 0;
  int other = 0;
  const auto a = signals.Subscribe("c1", [&] { ++first; });
  auto b = signals.Subscribe("c1", [&] { ++second; });
  const auto c = signals.Subscribe("c2", [&] { ++other; });
  signals.Changed("c1");
  signals.Changed("c3");
  b.reset();
  signals.Changed("c1");
  EXPECT_EQ(first, 2);
  EXPECT_EQ(second, 1);
  EXPECT_EQ(other, 0);
}

TEST(CommandSignals, ASubscriptionMayOutliveTheSignals) {
  auto signals = std::make_unique<CommandSignals>();
  const auto subscription = signals->Subscribe("c1", [] {});
  signals.reset();
}

// What the listener uses may go as soon as the subscription has.
TEST(CommandSignals, NoListenerRunsAfterItsSubscription) {
  CommandSignals signals;
  std::atomic<bool> stop = false;
  std::thread changer([&] {
    while (!stop) signals.Changed("c1");
  });
  std::atomic<int> late = 0;
  for (int i = 0; i < 2000; ++i) {
    std::atomic<bool> alive = true;
    auto subscription = signals.Subscribe("c1", [&late, &alive] {
      if (!alive) ++late;
    });
    subscription.reset();
    alive = false;
  }
  stop = true;
  changer.join();
  EXPECT_EQ(late, 0);
}

}  // namespace
}  // namespace edgeplane::registry
