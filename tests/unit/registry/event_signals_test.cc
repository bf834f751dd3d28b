#include "services/registry/event_signals.h"

#include <gtest/gtest.h>

#include <memory>

namespace edgeplane::registry {
namespace {

TEST(EventSignals, ReachEveryListener) {
  EventSignals signals;
  signals.Changed();
  int first = 0;
  int second = 0;
  const auto one = signals.Subscribe([&] { ++first; });
  auto two = signals.Subscribe([&] { ++second; });
  signals.Changed();
  two.reset();
  signals.Changed();
  EXPECT_EQ(first, 2);
  EXPECT_EQ(second, 1);
}

TEST(EventSignals, ASubscriptionMayOutliveTheSignals) {
  auto signals = std::make_unique<EventSignals>();
  const auto subscription = signals->Subscribe([] {});
  signals.reset();
}

}  // namespace
}  // namespace edgeplane::registry
