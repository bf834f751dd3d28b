#include "services/registry/pending_admissions.h"

#include <gtest/gtest.h>

namespace edgeplane::registry {
namespace {

const Time kNow = FromMicros(1'000'000'000);

TEST(PendingAdmissions, KeepsTheNewestOfEachAgent) {
  PendingAdmissions pending;
  pending.Granted({"a", "s1", 1}, "g1", kNow);
  pending.Granted({"a", "s3", 3}, "g2", kNow);
  pending.Granted({"a", "s2", 2}, "g1", kNow);
  pending.Granted({"b", "s4", 1}, "g2", kNow);
  EXPECT_TRUE(pending.Of("g1").empty());
  EXPECT_EQ(pending.Of("g2").size(), 2u);
  EXPECT_EQ(pending.Find("a")->fence.session_id, "s3");
  pending.Settled({"a", "s2", 2});
  EXPECT_TRUE(pending.Find("a"));
  pending.Settled({"a", "s3", 3});
  EXPECT_FALSE(pending.Find("a"));
}

TEST(PendingAdmissions, OneInDoubtComesAfterWhatThereIs) {
  PendingAdmissions pending;
  pending.Granted({"a", "s1", 1}, "g1", kNow);
  pending.Granted({"a", "s2", 0}, "g1", kNow);
  EXPECT_EQ(pending.Find("a")->fence.session_id, "s2");
  pending.Granted({"a", "s3", 3}, "g1", kNow);
  EXPECT_EQ(pending.Find("a")->fence.session_id, "s3");
}

TEST(PendingAdmissions, NamesTheOldOnes) {
  PendingAdmissions pending;
  pending.Granted({"a", "s1", 1}, "g1", kNow);
  pending.Granted({"b", "s2", 1}, "g1", kNow + Duration(1));
  const auto old = pending.GrantedBefore(kNow + Duration(1));
  ASSERT_EQ(old.size(), 1u);
  EXPECT_EQ(old[0].fence.agent_id, "a");
  EXPECT_EQ(old[0].gateway_id, "g1");
}

}  // namespace
}  // namespace edgeplane::registry
