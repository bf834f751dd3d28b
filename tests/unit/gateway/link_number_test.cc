#include "gateway/link_number.h"

#include <gtest/gtest.h>

namespace edgeplane::gateway {
namespace {

constexpr Time kNow{Duration(1'800'000'000'000'000)};

TEST(LinkNumber, GrowsWithTheClockAndWithoutIt) {
  LinkNumber number;
  const int64_t first = number.Next(kNow);
  EXPECT_EQ(first, ToMicros(kNow));
  EXPECT_EQ(number.Next(kNow), first + 1);
  EXPECT_EQ(number.Next(kNow - std::chrono::hours(1)), first + 2);
  EXPECT_EQ(number.Next(kNow + std::chrono::hours(1)), ToMicros(kNow + std::chrono::hours(1)));
}

// As where this is a new life of the process, and the clock was set back before it.
TEST(LinkNumber, GetsAboveWhatAnEarlierLifeHadWithinAFewLinks) {
  const int64_t earlier = ToMicros(kNow + std::chrono::years(50));
  LinkNumber number;
  int refused = 0;
  while (number.Next(kNow) <= earlier) {
    number.Refused();
    ASSERT_LT(++refused, 10);
  }
  EXPECT_GT(refused, 1);
}

TEST(LinkNumber, IsNeverBeyondWhatANumberHolds) {
  LinkNumber number;
  for (int i = 0; i < 1000; ++i) number.Refused();
  EXPECT_GT(number.Next(kNow), ToMicros(kNow));
}

}  // namespace
}  // namespace edgeplane::gateway
