#include "services/registry/delivery_window.h"

#include <gtest/gtest.h>

namespace edgeplane::registry {
namespace {

TEST(DeliveryWindow, CountsCommandsAndBytes) {
  const DeliveryLimits limits{3, 100};
  DeliveryWindow window;
  EXPECT_EQ(window.Room(limits).count, 3u);
  EXPECT_EQ(window.Room(limits).bytes, 100u);
  window.Add({"a", 30, {}, true});
  window.Add({"a", 30, {}, true});
  window.Add({"b", 30, {}, true});
  EXPECT_EQ(window.Room(limits).count, 1u);
  EXPECT_EQ(window.Room(limits).bytes, 40u);
  window.Add({"c", 0, {}, true});
  EXPECT_EQ(window.Room(limits).count, 0u);
  EXPECT_EQ(window.Room(limits).bytes, 0u);
  EXPECT_TRUE(window.Take("c"));
  EXPECT_FALSE(window.Take("c"));
  EXPECT_EQ(window.Room(limits).count, 1u);
}

TEST(DeliveryWindow, IsShutByOneLargeCommand) {
  const DeliveryLimits limits{3, 100};
  DeliveryWindow window;
  window.Add({"large", 1000, {}, true});
  EXPECT_EQ(window.Room(limits).count, 0u);
  EXPECT_EQ(window.Take("large")->bytes, 1000u);
  EXPECT_EQ(window.Room(limits).bytes, 100u);
}

}  // namespace
}  // namespace edgeplane::registry
