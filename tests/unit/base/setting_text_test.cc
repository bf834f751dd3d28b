#include "base/setting_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace edgeplane {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(SettingTextTest, ParsesDurations) {
  EXPECT_EQ(ParseDuration("500ms"), milliseconds(500));
  EXPECT_EQ(ParseDuration("15s"), seconds(15));
  EXPECT_EQ(ParseDuration("5m"), minutes(5));
  EXPECT_EQ(ParseDuration("24h"), hours(24));
  EXPECT_EQ(ParseDuration("30d"), days(30));
  EXPECT_EQ(ParseDuration("7us"), Duration(7));
  EXPECT_EQ(ParseDuration("0s"), Duration(0));
}

TEST(SettingTextTest, RefusesOtherDurations) {
  for (std::string_view text : {"", "15", "s", "15 s", " 15s", "15s ", "-1s", "+1s", "1.5s",
                                "1h30m", "15S", "15sec", "106751992d", "99999999999999999999s"}) {
    EXPECT_FALSE(ParseDuration(text)) << text;
  }
}

TEST(SettingTextTest, ParsesSizes) {
  EXPECT_EQ(ParseBytes("0"), 0);
  EXPECT_EQ(ParseBytes("4096"), 4096);
  EXPECT_EQ(ParseBytes("64KiB"), 65'536);
  EXPECT_EQ(ParseBytes("1MiB"), 1'048'576);
  EXPECT_EQ(ParseBytes("2GiB"), 2'147'483'648);
  EXPECT_EQ(ParseBytes("1TiB"), 1'099'511'627'776);
  for (std::string_view text : {"", "KiB", "64KB", "64k", "64 KiB", "1.5MiB", "-1", "8388608TiB"}) {
    EXPECT_FALSE(ParseBytes(text)) << text;
  }
}

TEST(SettingTextTest, ParsesWhatItFormats) {
  for (int64_t base : {int64_t{1}, int64_t{7}, int64_t{1000}, int64_t{60'000'000}, int64_t{1} << 30,
                       int64_t{86'400'000'000}, kMax / 2}) {
    for (int64_t value : {base - 1, base, base + 1, kMax - base}) {
      EXPECT_EQ(ParseDuration(FormatDuration(Duration(value))), Duration(value)) << value;
      EXPECT_EQ(ParseBytes(FormatBytes(value)), value) << value;
    }
  }
  EXPECT_EQ(FormatDuration(milliseconds(1500)), "1500ms");
  EXPECT_EQ(FormatDuration(minutes(90)), "90m");
  EXPECT_EQ(FormatDuration(days(30)), "30d");
  EXPECT_EQ(FormatBytes(256 * 1024), "256KiB");
  EXPECT_EQ(FormatBytes(1000), "1000");
}

TEST(SettingTextTest, ParsesWholeNumbersAndNothingElse) {
  EXPECT_EQ(ParseWholeNumber("-9223372036854775808"), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(ParseWholeNumber("9223372036854775807"), kMax);
  for (std::string_view text :
       {"", "-", "+1", "1 ", " 1", "1.0", "0x1", "1e3", "9223372036854775808"}) {
    EXPECT_FALSE(ParseWholeNumber(text)) << text;
  }
}

TEST(SettingTextTest, ParsesFlags) {
  for (std::string_view text : {"true", "yes", "on", "1"}) EXPECT_EQ(ParseFlag(text), true);
  for (std::string_view text : {"false", "no", "off", "0"}) EXPECT_EQ(ParseFlag(text), false);
  for (std::string_view text : {"", "True", "2", "y"}) EXPECT_FALSE(ParseFlag(text)) << text;
  EXPECT_EQ(ParseFlag(FormatFlag(true)), true);
  EXPECT_EQ(ParseFlag(FormatFlag(false)), false);
}

TEST(SettingTextTest, SplitsLists) {
  using List = std::vector<std::string>;
  EXPECT_EQ(ParseTextList(""), List{});
  EXPECT_EQ(ParseTextList(" , ,"), List{});
  EXPECT_EQ(ParseTextList("a"), List{"a"});
  EXPECT_EQ(ParseTextList(" a, b c ,,d"), (List{"a", "b c", "d"}));
  EXPECT_EQ(ParseTextList(FormatTextList({"a", "b c"})), (List{"a", "b c"}));
}

}  // namespace
}  // namespace edgeplane
