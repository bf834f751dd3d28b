#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/setting.h"

namespace edgeplane {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Values = SettingSet::Values;

Values Parse(std::string_view content) {
  const auto values = ParseSettingsFile(content);
  if (values.ok()) return *values;
  ADD_FAILURE() << values.error().message;
  return {};
}

std::string Problem(std::string_view content) {
  const auto values = ParseSettingsFile(content);
  if (values.ok()) return "none";
  EXPECT_EQ(values.error().code, v1::ErrorReason::INVALID_FIELD);
  return values.error().message;
}

TEST(SettingsFileTest, ReadsLines) {
  EXPECT_EQ(Parse("# fleet\n"
                  "\n"
                  "max-connections = 20000\n"
                  "  listen=127.0.0.1:8080\t# loopback only\r\n"
                  "empty =\n"
                  "equals = a=b\n"
                  "last = no newline"),
            (Values{{"max-connections", "20000"},
                    {"listen", "127.0.0.1:8080"},
                    {"empty", ""},
                    {"equals", "a=b"},
                    {"last", "no newline"}}));
  EXPECT_EQ(Parse(""), Values{});
}

TEST(SettingsFileTest, ReadsQuotes) {
  EXPECT_EQ(Parse(R"(a = " # kept " # dropped)"
                  "\n"
                  R"(b = "\"\\")"
                  "\n"
                  R"(c = "")"
                  "\n"
                  R"(d = x"y")"),
            (Values{{"a", " # kept "}, {"b", R"("\)"}, {"c", ""}, {"d", R"(x"y")"}}));
}

TEST(SettingsFileTest, HashWithinAValueIsPartOfIt) {
  EXPECT_EQ(Parse("url = https://x/#y\nnone = # nothing\n"),
            (Values{{"url", "https://x/#y"}, {"none", ""}}));
}

TEST(SettingsFileTest, ErrorsNameTheLine) {
  EXPECT_THAT(Problem("a = 1\nb\n"), StartsWith("line 2: write name = value"));
  EXPECT_THAT(Problem("\n\n= 1\n"), StartsWith("line 3: a name is"));
  EXPECT_THAT(Problem("[section]\n"), StartsWith("line 1:"));
  EXPECT_THAT(Problem("Max = 1"), HasSubstr("small letters"));
  EXPECT_THAT(Problem("a = \"open"), HasSubstr("closing quote is missing"));
  EXPECT_THAT(Problem("a = \"x\" y"), HasSubstr("follows the closing quote"));
  EXPECT_THAT(Problem("a = \"\\n\""), HasSubstr("in quotes"));
  EXPECT_THAT(Problem("a = \"\\"), HasSubstr("in quotes"));
  EXPECT_THAT(Problem("a = \xff"), HasSubstr("not UTF-8"));
  EXPECT_THAT(Problem(std::string_view("a = \0", 5)), HasSubstr("not UTF-8"));
  EXPECT_EQ(Problem("a = 1\n# x\na = 2\n"), "line 3: a was set in line 1 already.");
  EXPECT_THAT(Problem("a = " + std::string(40'000, 'x')), HasSubstr("too long"));
}

// A line may hold a secret.
TEST(SettingsFileTest, ErrorsDoNotRepeatValues) {
  EXPECT_THAT(Problem("fleet-secret = \"hunter2"), testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(Problem("fleet-secret hunter2"), testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(Problem("fleet-secret: hunter2 = x"), testing::Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace edgeplane
