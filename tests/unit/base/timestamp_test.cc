#include "base/timestamp.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace edgeplane {
namespace {

TEST(ProtoTime, ReadsWhatItWrote) {
  for (const char* text :
       {"1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "2026-01-31T09:15:00.250001Z",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"}) {
    const Time time = *ParseTime(text);
    google::protobuf::Timestamp timestamp;
    SetTime(time, timestamp);
    EXPECT_GE(timestamp.nanos(), 0);
    EXPECT_EQ(GetTime(timestamp), time) << text;
  }
}

TEST(ProtoTime, StaysWithinRange) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(std::numeric_limits<int64_t>::max());
  timestamp.set_nanos(std::numeric_limits<int32_t>::max());
  EXPECT_EQ(GetTime(timestamp), *ParseTime("9999-12-31T23:59:59.999999Z"));
  timestamp.set_seconds(std::numeric_limits<int64_t>::min());
  timestamp.set_nanos(std::numeric_limits<int32_t>::min());
  EXPECT_EQ(GetTime(timestamp), *ParseTime("0001-01-01T00:00:00Z"));
}

}  // namespace
}  // namespace edgeplane
