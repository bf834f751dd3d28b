#include "cli/simulate/latency.h"

#include <gtest/gtest.h>

namespace edgeplane::simulate {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST(Latency, OfNothingIsZero) {
  const Latency latency;
  EXPECT_EQ(latency.count(), 0);
  EXPECT_EQ(latency.Quantile(0.5), Duration::zero());
  EXPECT_EQ(latency.max(), Duration::zero());
}

TEST(Latency, SmallOnesAreExact) {
  Latency latency;
  for (int micros = 1; micros <= 30; ++micros) latency.Add(microseconds(micros));
  EXPECT_EQ(latency.Quantile(0.5), microseconds(15));
  EXPECT_EQ(latency.Quantile(0.1), microseconds(3));
  EXPECT_EQ(latency.Quantile(1), microseconds(30));
  EXPECT_EQ(latency.Quantile(0), microseconds(1));
}

TEST(Latency, QuantilesAreRightToAThirtySecond) {
  for (int64_t unit = 1; unit < 10'000'000; unit *= 7) {
    Latency latency;
    for (int64_t i = 1; i <= 1000; ++i) latency.Add(Duration(i * unit));
    for (const double part : {0.01, 0.5, 0.95, 0.99}) {
      const double exact = part * 1000 * static_cast<double>(unit);
      const auto found = static_cast<double>(latency.Quantile(part).count());
      EXPECT_GE(found, exact - 0.5) << unit << " " << part;
      EXPECT_LE(found, exact * (1 + 1.0 / 32) + 0.5) << unit << " " << part;
    }
  }
}

TEST(Latency, NoQuantileExceedsTheLargest) {
  Latency latency;
  latency.Add(milliseconds(1001));
  EXPECT_EQ(latency.Quantile(0.99), milliseconds(1001));
  EXPECT_EQ(latency.max(), milliseconds(1001));
}

TEST(Latency, ClocksThatDisagreeAreZero) {
  Latency latency;
  latency.Add(milliseconds(-5));
  EXPECT_EQ(latency.count(), 1);
  EXPECT_EQ(latency.Quantile(1), Duration::zero());
  EXPECT_EQ(latency.max(), Duration::zero());
}

TEST(Latency, TheLongestFindRoom) {
  Latency latency;
  latency.Add(hours(24 * 365));
  latency.Add(Duration::max());
  EXPECT_EQ(latency.count(), 2);
  EXPECT_EQ(latency.max(), Duration::max());
  EXPECT_GT(latency.Quantile(0.5), hours(19));
}

}  // namespace
}  // namespace edgeplane::simulate
