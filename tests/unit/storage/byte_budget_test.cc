#include "storage/byte_budget.h"

#include <gtest/gtest.h>

namespace edgeplane::storage {
namespace {

TEST(ByteBudgetTest, TheFirstGoesWhateverItsSize) {
  ByteBudget budget(10);
  EXPECT_TRUE(budget.Take(11));
  EXPECT_FALSE(budget.Take(0));
}

TEST(ByteBudgetTest, GoesOnUpToTheLimitAndThenNoMore) {
  ByteBudget budget(10);
  EXPECT_TRUE(budget.Take(4));
  EXPECT_TRUE(budget.Take(6));
  EXPECT_FALSE(budget.Take(1));
  EXPECT_FALSE(budget.Take(0));
}

}  // namespace
}  // namespace edgeplane::storage
