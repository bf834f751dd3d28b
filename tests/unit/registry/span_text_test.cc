#include "services/registry/span_text.h"

#include <gtest/gtest.h>

#include <chrono>

namespace edgeplane::registry {
namespace {

using std::chrono::seconds;

TEST(SpanText, GivesTheTwoLargestUnits) {
  EXPECT_EQ(SpanText(seconds(0)), "0 s");
  EXPECT_EQ(SpanText(Duration(999'999)), "0 s");
  EXPECT_EQ(SpanText(seconds(59)), "59 s");
  EXPECT_EQ(SpanText(seconds(60)), "1 min");
  EXPECT_EQ(SpanText(seconds(303)), "5 min 3 s");
  EXPECT_EQ(SpanText(seconds(86'400)), "24 h");
  EXPECT_EQ(SpanText(seconds(86'403)), "24 h");
  EXPECT_EQ(SpanText(seconds(25 * 3600 + 15 * 60 + 59)), "25 h 15 min");
  EXPECT_EQ(SpanText(seconds(4 * 86'400 - 1)), "95 h 59 min");
  EXPECT_EQ(SpanText(seconds(4 * 86'400 + 7300)), "4 d 2 h");
  EXPECT_EQ(SpanText(-seconds(303)), "5 min 3 s");
}

TEST(SpanText, WritesTimesToTheSecond) {
  EXPECT_EQ(FormatSeconds(*ParseTime("2026-01-30T08:00:00.75Z")), "2026-01-30T08:00:00Z");
}

}  // namespace
}  // namespace edgeplane::registry
