#include "cli/format.h"

#include <gtest/gtest.h>
#include <time.h>

#include "base/reasons.h"
#include "tests/unit/cli/temporary_directory.h"

namespace edgeplane::cli {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const Time kNow = FromMicros(1'769'850'900'250'000);  // 2026-01-31T09:15:00.250Z

TEST(FormatLocal, IsIsoInTheLocalZone) {
  const ScopedVariable zone("TZ", "Asia/Kolkata");
  tzset();
  EXPECT_EQ(FormatLocal(kNow), "2026-01-31T14:45:00+05:30");
  setenv("TZ", "UTC", 1);
  tzset();
  EXPECT_EQ(FormatLocal(kNow), "2026-01-31T09:15:00+00:00");
}

TEST(FormatRelative, SaysWhichSideOfNow) {
  EXPECT_EQ(FormatRelative(kNow, kNow), "now");
  EXPECT_EQ(FormatRelative(kNow - milliseconds(999), kNow), "now");
  EXPECT_EQ(FormatRelative(kNow - seconds(1), kNow), "1s ago");
  EXPECT_EQ(FormatRelative(kNow - seconds(119), kNow), "119s ago");
  EXPECT_EQ(FormatRelative(kNow - minutes(2), kNow), "2m ago");
  EXPECT_EQ(FormatRelative(kNow + hours(3), kNow), "in 3h");
  EXPECT_EQ(FormatRelative(kNow + hours(24) - milliseconds(1), kNow), "in 24h");
  EXPECT_EQ(FormatRelative(kNow - hours(24 * 30), kNow), "30d ago");
}

TEST(FormatLabels, SortsByKey) {
  google::protobuf::Map<std::string, std::string> labels;
  labels["site"] = "berlin";
  labels["os"] = "linux";
  EXPECT_EQ(Join(FormatLabels(labels), ","), "os=linux,site=berlin");
  EXPECT_EQ(Join({}, ","), "");
}

TEST(Names, OfWhatANewerServerMaySendAreNumbers) {
  EXPECT_EQ(StateText(v1::Command::IN_DOUBT), "IN_DOUBT");
  EXPECT_EQ(StateText(static_cast<v1::Command::State>(99)), "99");
  EXPECT_EQ(ReasonText(v1::SECRET_MISMATCH), "SECRET_MISMATCH");
  EXPECT_EQ(StageText(v1::ADMISSION), "admission");
  EXPECT_EQ(TurnText(static_cast<v1::Turn>(99)), "99");
}

TEST(Names, EveryTurnOfTheVocabularyIsInWords) {
  const google::protobuf::EnumDescriptor& turns = *v1::Turn_descriptor();
  for (int i = 1; i < turns.value_count(); ++i) {
    EXPECT_NE(TurnText(static_cast<v1::Turn>(turns.value(i)->number())), turns.value(i)->name());
  }
}

}  // namespace
}  // namespace edgeplane::cli
