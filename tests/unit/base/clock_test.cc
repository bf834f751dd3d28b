#include "base/clock.h"

#include <gtest/gtest.h>

namespace edgeplane {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Time At(std::chrono::year_month_day date, Duration into_day) {
  return Time(std::chrono::sys_days(date)) + into_day;
}
constexpr std::chrono::year_month_day kLastOfJanuary{std::chrono::year(2026), std::chrono::month(1),
                                                     std::chrono::day(31)};

TEST(ClockTest, FormatsInUtcWithMilliseconds) {
  EXPECT_EQ(FormatTime(At(kLastOfJanuary, hours(9) + minutes(15) + milliseconds(250))),
            "2026-01-31T09:15:00.250Z");
  EXPECT_EQ(FormatTime(FromMicros(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(FormatTime(FromMicros(1'999)), "1970-01-01T00:00:00.001Z");
  EXPECT_EQ(FormatTime(FromMicros(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(ClockTest, ParsesWhatItFormats) {
  for (int64_t millis : {int64_t{0}, int64_t{-1}, int64_t{951'782'400'000},
                         int64_t{1'769'850'900'250}, int64_t{253'402'300'799'999}}) {
    const Time time = FromMicros(millis * 1000);
    EXPECT_EQ(ParseTime(FormatTime(time)), time) << FormatTime(time);
  }
}

TEST(ClockTest, ParsesOffsetsAndFractions) {
  const Time expected = At(kLastOfJanuary, hours(9) + minutes(15));
  EXPECT_EQ(ParseTime("2026-01-31T09:15:00Z"), expected);
  EXPECT_EQ(ParseTime("2026-01-31t09:15:00z"), expected);
  EXPECT_EQ(ParseTime("2026-01-31 09:15:00Z"), expected);
  EXPECT_EQ(ParseTime("2026-01-31T10:45:00+01:30"), expected);
  EXPECT_EQ(ParseTime("2026-01-30T21:15:00-12:00"), expected);
  EXPECT_EQ(ParseTime("2026-01-31T09:15:00-00:00"), expected);
  EXPECT_EQ(ParseTime("2026-01-31T09:15:00.1Z"), expected + milliseconds(100));
  EXPECT_EQ(ParseTime("2026-01-31T09:15:00.123456789Z"), expected + Duration(123'456));
  EXPECT_EQ(ParseTime("2024-02-29T00:00:00Z"),
            At({std::chrono::year(2024), std::chrono::month(2), std::chrono::day(29)}, {}));
  EXPECT_EQ(ParseTime("2016-12-31T23:59:60Z"),
            At({std::chrono::year(2017), std::chrono::month(1), std::chrono::day(1)}, {}));
}

TEST(ClockTest, RefusesWhatIsNotRfc3339) {
  for (std::string_view text : {"",
                                "2026",
                                "2026-01-31",
                                "2026-01-31T09:15:00",
                                "2026-01-31T09:15Z",
                                "2026-1-31T09:15:00Z",
                                "2026-02-29T00:00:00Z",
                                "2026-04-31T00:00:00Z",
                                "2026-00-10T00:00:00Z",
                                "2026-13-10T00:00:00Z",
                                "2026-01-31T24:00:00Z",
                                "2026-01-31T09:60:00Z",
                                "2026-01-31T09:15:61Z",
                                "2026-01-31T09:15:00.Z",
                                "2026-01-31T09:15:00.1234567890Z",
                                "2026-01-31T09:15:00+0100",
                                "2026-01-31T09:15:00+24:00",
                                "2026-01-31T09:15:00Z ",
                                " 2026-01-31T09:15:00Z",
                                "2026-01-31T09:15:00ZZ",
                                "+026-01-31T09:15:00Z",
                                "2026-01-31T09:15:-1Z",
                                "2026-01-31T09:15:00,5Z"}) {
    EXPECT_FALSE(ParseTime(text)) << text;
  }
}

TEST(ClockTest, ManualClockMovesOnlyWhenTold) {
  ManualClock clock(FromMicros(5));
  EXPECT_EQ(clock.Now(), FromMicros(5));
  clock.Advance(seconds(1));
  EXPECT_EQ(clock.Now(), FromMicros(1'000'005));
}

TEST(ClockTest, SystemClockIsUnixTime) {
  EXPECT_GT(SystemClock().Now(), At(kLastOfJanuary, {}) - days(365));
}

}  // namespace
}  // namespace edgeplane
