#include "storage/takeover.h"

#include <gtest/gtest.h>

namespace edgeplane::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Time kStart{Duration(1'770'000'000'000'000)};

class TakeoverTest : public testing::Test {
 protected:
  bool At(Duration since_start) {
    return JudgeTakeover(record_, limits_, kStart + since_start).allowed;
  }

  TakeoverLimits limits_;  // 4 in 60 s, calm after 90 s
  TakeoverRecord record_;
};

TEST_F(TakeoverTest, SoManyInTheWindowAndNoMore) {
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(At(seconds(i)));
  EXPECT_EQ(record_.count, 4);
  EXPECT_FALSE(record_.flapping);
  const TakeoverVerdict verdict = JudgeTakeover(record_, limits_, kStart + seconds(60));
  EXPECT_FALSE(verdict.allowed);
  EXPECT_EQ(verdict.retry_after, seconds(60));
  EXPECT_TRUE(record_.flapping);
  EXPECT_EQ(record_.count, 4) << "a refused one is none";
  EXPECT_EQ(record_.last_attempt, kStart + seconds(60));
}

TEST_F(TakeoverTest, TheWindowBeginsAnew) {
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(At(seconds(i)));
  EXPECT_TRUE(At(seconds(60) + milliseconds(1)));
  EXPECT_EQ(record_.count, 1);
  EXPECT_EQ(record_.since, kStart + seconds(60) + milliseconds(1));
}

TEST_F(TakeoverTest, OnlyACalmEndsTheFlapping) {
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(At(seconds(i)));
  EXPECT_FALSE(At(seconds(4)));
  // The window is over, and whoever asks as often as it is told keeps it so.
  EXPECT_FALSE(At(seconds(64)));
  EXPECT_FALSE(At(seconds(124)));
  EXPECT_FALSE(At(seconds(124 + 90))) << "exactly so long is not calm yet";
  EXPECT_TRUE(At(seconds(124 + 90 + 90) + milliseconds(1)));
  EXPECT_FALSE(record_.flapping);
  EXPECT_EQ(record_.count, 1);
}

TEST_F(TakeoverTest, WaitingAsLongAsToldIsShorterThanTheCalm) {
  limits_.takeovers_max = 0;
  const TakeoverVerdict verdict = JudgeTakeover(record_, limits_, kStart);
  EXPECT_FALSE(verdict.allowed);
  EXPECT_GT(verdict.retry_after, Duration(0));
  EXPECT_LT(verdict.retry_after, limits_.calm);
  EXPECT_FALSE(At(verdict.retry_after));
}

TEST_F(TakeoverTest, AClockThatGoesBackRefusesNothingMore) {
  EXPECT_TRUE(At(seconds(100)));
  EXPECT_TRUE(At(seconds(10)));
  EXPECT_EQ(record_.count, 2);
}

}  // namespace
}  // namespace edgeplane::storage
