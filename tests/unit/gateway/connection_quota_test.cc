#include "gateway/connection_quota.h"

#include <gtest/gtest.h>

#include <vector>

namespace edgeplane::gateway {
namespace {

using Taken = std::variant<ConnectionPlace, v1::Reason>;

bool Holds(const Taken& taken) { return std::holds_alternative<ConnectionPlace>(taken); }

TEST(ConnectionQuota, APlaceComesBackWhenItsHolderGoes) {
  ConnectionQuota quota(1, 1);
  {
    const Taken first = quota.Take("192.0.2.1");
    ASSERT_TRUE(Holds(first));
    EXPECT_EQ(quota.taken(), 1U);
    EXPECT_EQ(std::get<v1::Reason>(quota.Take("192.0.2.2")), v1::CONNECTION_LIMIT);
  }
  EXPECT_EQ(quota.taken(), 0U);
  EXPECT_TRUE(Holds(quota.Take("192.0.2.2")));
}

TEST(ConnectionQuota, LimitsEachAddressByItself) {
  ConnectionQuota quota(10, 2);
  std::vector<Taken> held;
  held.push_back(quota.Take("192.0.2.1"));
  held.push_back(quota.Take("192.0.2.1"));
  EXPECT_EQ(std::get<v1::Reason>(quota.Take("192.0.2.1")), v1::ADDRESS_LIMIT);
  EXPECT_TRUE(Holds(quota.Take("192.0.2.2")));
  held.pop_back();
  EXPECT_TRUE(Holds(quota.Take("192.0.2.1")));
}

TEST(ConnectionQuota, AMovedPlaceIsGivenBackOnce) {
  ConnectionQuota quota(10, 10);
  {
    Taken taken = quota.Take("192.0.2.1");
    const ConnectionPlace moved(std::move(std::get<ConnectionPlace>(taken)));
    EXPECT_EQ(quota.taken(), 1U);
    taken = v1::REASON_UNSPECIFIED;  // destroys what was moved from
    EXPECT_EQ(quota.taken(), 1U);
  }
  EXPECT_EQ(quota.taken(), 0U);
}

TEST(ConnectionQuota, ARefusedPlaceCountsForNothing) {
  ConnectionQuota quota(10, 1);
  const Taken held = quota.Take("192.0.2.1");
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(Holds(quota.Take("192.0.2.1")));
  EXPECT_EQ(quota.taken(), 1U);
}

}  // namespace
}  // namespace edgeplane::gateway
