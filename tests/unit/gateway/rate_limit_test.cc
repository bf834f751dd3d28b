#include "gateway/rate_limit.h"

#include <gtest/gtest.h>

namespace edgeplane::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const Monotonic kStart = Monotonic() + minutes(1000);

TEST(TokenBucket, GivesTheBurstAndThenTheRate) {
  TokenBucket bucket(60, kStart);
  for (int i = 0; i < 60; ++i) EXPECT_TRUE(bucket.Take(kStart)) << i;
  EXPECT_FALSE(bucket.Take(kStart));
  EXPECT_EQ(bucket.Wait(), seconds(1));
  EXPECT_FALSE(bucket.Take(kStart + milliseconds(990)));
  EXPECT_TRUE(bucket.Take(kStart + milliseconds(1010)));
  EXPECT_FALSE(bucket.Take(kStart + milliseconds(1010)));
}

TEST(TokenBucket, NeverHoldsMoreThanTheBurst) {
  TokenBucket bucket(2, kStart);
  const Monotonic later = kStart + minutes(60);
  EXPECT_TRUE(bucket.Take(later));
  EXPECT_TRUE(bucket.Take(later));
  EXPECT_FALSE(bucket.Take(later));
  EXPECT_EQ(bucket.Wait(), seconds(30));
}

TEST(TokenBucket, IsNotFooledByAClockThatStepsBack) {
  TokenBucket bucket(1, kStart);
  EXPECT_TRUE(bucket.Take(kStart));
  EXPECT_FALSE(bucket.Take(kStart - minutes(5)));
}

TEST(KeyedRateLimit, CountsEveryKeyByItself) {
  KeyedRateLimit limit(1, 10);
  EXPECT_EQ(limit.Take("a", kStart), seconds(0));
  EXPECT_EQ(limit.Take("b", kStart), seconds(0));
  EXPECT_EQ(limit.Take("a", kStart), seconds(60));
  EXPECT_EQ(limit.Take("a", kStart + seconds(61)), seconds(0));
}

TEST(KeyedRateLimit, ForgetsTheKeyUsedLongestAgo) {
  KeyedRateLimit limit(1, 2);
  EXPECT_EQ(limit.Take("a", kStart), seconds(0));
  EXPECT_EQ(limit.Take("b", kStart), seconds(0));
  EXPECT_GT(limit.Take("a", kStart), seconds(0));  // now `b` was used longest ago
  EXPECT_EQ(limit.Take("c", kStart), seconds(0));  // in the place of `b`
  EXPECT_GT(limit.Take("a", kStart), seconds(0));
  EXPECT_EQ(limit.Take("b", kStart), seconds(0));
}

TEST(TokenBucket, ACreditIsOnTopOfTheBurstAndStays) {
  const Monotonic start{};
  TokenBucket bucket(2, start);
  bucket.Credit(3);
  const Monotonic later = start + std::chrono::hours(1);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(bucket.Take(later)) << i;
  EXPECT_FALSE(bucket.Take(later));
  EXPECT_TRUE(bucket.Take(later + std::chrono::seconds(30)));
  EXPECT_FALSE(bucket.Take(later + std::chrono::seconds(30)));
}

}  // namespace
}  // namespace edgeplane::gateway
