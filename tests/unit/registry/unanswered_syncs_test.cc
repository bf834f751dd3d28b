#include "services/registry/unanswered_syncs.h"

#include <gtest/gtest.h>

#include <string>

namespace edgeplane::registry {
namespace {

TEST(UnansweredSyncs, AreRememberedForAWhile) {
  UnansweredSyncs syncs;
  syncs.Note("s1", FromMicros(1));
  syncs.Note("s2", FromMicros(2));
  syncs.Note("s1", FromMicros(3));
  EXPECT_TRUE(syncs.Contains("s1"));
  EXPECT_FALSE(syncs.Contains("s3"));
  syncs.Forget(FromMicros(2));
  EXPECT_FALSE(syncs.Contains("s1")) << "as old as the first time it was said";
  EXPECT_TRUE(syncs.Contains("s2"));
}

TEST(UnansweredSyncs, AreNotTooMany) {
  UnansweredSyncs syncs;
  for (size_t i = 0; i <= UnansweredSyncs::kCountMax; ++i) {
    syncs.Note(std::to_string(i), FromMicros(1));
  }
  EXPECT_FALSE(syncs.Contains("0"));
  EXPECT_TRUE(syncs.Contains("1"));
  EXPECT_TRUE(syncs.Contains(std::to_string(UnansweredSyncs::kCountMax)));
}

}  // namespace
}  // namespace edgeplane::registry
