#include "base/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>
#include <limits>

namespace edgeplane {
namespace {

using testing::HasSubstr;

std::string Problem(std::string_view text, const JsonLimits& limits = {}) {
  const auto result = ParseJson(text, limits);
  if (result.ok()) return "none";
  EXPECT_EQ(result.error().code, v1::ErrorReason::INVALID_FIELD);
  EXPECT_TRUE(result.error().message.ends_with('.')) << result.error().message;
  return result.error().message;
}

std::string RoundTrip(std::string_view text) {
  const auto result = ParseJson(text, {});
  return result.ok() ? CanonicalJson(*result) : "refused: " + result.error().message;
}

std::string Nested(size_t depth, std::string_view open, std::string_view close) {
  std::string text;
  for (size_t i = 0; i < depth; ++i) text += open;
  text += "1";
  for (size_t i = 0; i < depth; ++i) text += close;
  return text;
}

TEST(JsonTest, BuildsEveryKindOfValue) {
  const auto value =
      ParseJson(R"( {"n":null,"t":true,"f":false,"i":-5,"u":18446744073709551615,"d":0.5,)"
                R"("s":"text","a":[1,"two",[],{}],"o":{"inner":{"x":[{}]}}} )",
                {});
  ASSERT_TRUE(value.ok()) << value.error().message;
  EXPECT_TRUE(value->at("n").is_null());
  EXPECT_TRUE(value->at("t").as_bool());
  EXPECT_FALSE(value->at("f").as_bool());
  EXPECT_EQ(value->at("i").as_int64(), -5);
  EXPECT_EQ(value->at("u").as_uint64(), std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(value->at("d").as_double(), 0.5);
  EXPECT_EQ(value->at("s").as_string(), "text");
  EXPECT_EQ(value->at("a").as_array().size(), 4U);
  EXPECT_EQ(value->at("a").at(1).as_string(), "two");
  EXPECT_TRUE(value->at("o").at("inner").at("x").at(0).is_object());
  EXPECT_EQ(RoundTrip("7"), "7");
  EXPECT_EQ(RoundTrip("\"\""), "\"\"");
  EXPECT_EQ(RoundTrip("null"), "null");
}

TEST(JsonTest, BuildsLargeContainers) {
  std::string text = "[";
  for (int i = 0; i < 2000; ++i) {
    text += R"({"name)" + std::to_string(i) + R"(":[)" + std::to_string(i) + "]},";
  }
  text += "0]";
  std::string wide = "{";
  for (int i = 1000; i < 3000; ++i)
    wide += "\"n" + std::to_string(i) + "\":[[" + std::to_string(i) + "]],";
  wide.back() = '}';
  EXPECT_EQ(RoundTrip(text), text);
  EXPECT_EQ(RoundTrip(wide), wide);
}

TEST(JsonTest, JoinsTextsThatTheParserHandsOverInPieces) {
  // Escapes, and texts longer than the parser's own buffer, come in parts.
  const std::string lengthy(5000, 'k');
  const std::string text = "{\"" + lengthy + "\\n" + lengthy + "\":\"" + lengthy + "\\u00e9" +
                           lengthy + "\",\"\\u0061\":\"\\ud83d\\ude00\"}";
  const auto value = ParseJson(text, {});
  ASSERT_TRUE(value.ok()) << value.error().message;
  EXPECT_EQ(value->at(lengthy + "\n" + lengthy).as_string(), lengthy + "\xc3\xa9" + lengthy);
  EXPECT_EQ(value->at("a").as_string(), "\xf0\x9f\x98\x80");
}

TEST(JsonTest, RefusesDuplicateNamesAtEveryLevel) {
  for (std::string_view text :
       {R"({"a":1,"a":2})", R"({"a":1,"b":2,"a":1})", R"([{"x":{"a":1,"a":1}}])",
        R"({"a":1,"\u0061":2})", R"({"":1,"":2})"}) {
    EXPECT_THAT(Problem(text), HasSubstr("same name")) << text;
  }
  EXPECT_EQ(Problem(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":1}]})"), "none");
}

TEST(JsonTest, RefusesDuplicatesAmongManyNames) {
  std::string text = "{";
  for (int i = 0; i < 500; ++i) text += "\"n" + std::to_string(i) + "\":0,";
  EXPECT_EQ(Problem(text + "\"n500\":0}"), "none");
  EXPECT_THAT(Problem(text + "\"n250\":0}"), HasSubstr("same name"));
}

TEST(JsonTest, LimitsDepth) {
  EXPECT_EQ(Problem(Nested(32, "[", "]")), "none");
  EXPECT_THAT(Problem(Nested(33, "[", "]")), HasSubstr("deeper than 32"));
  EXPECT_EQ(Problem(Nested(32, "{\"a\":", "}")), "none");
  EXPECT_THAT(Problem(Nested(33, "{\"a\":", "}")), HasSubstr("deeper than 32"));
  EXPECT_EQ(Problem("[[]]", {.depth_max = 2}), "none");
  EXPECT_THAT(Problem("[[]]", {.depth_max = 1}), HasSubstr("deeper than 1"));
  EXPECT_THAT(Problem(std::string(200'000, '[')), HasSubstr("deeper"));
}

TEST(JsonTest, LimitsBytes) {
  EXPECT_EQ(Problem("\"12\"", {.bytes_max = 4}), "none");
  EXPECT_EQ(Problem("\"123\"", {.bytes_max = 4}), "The JSON is larger than 4 bytes.");
}

TEST(JsonTest, RefusesWhatIsNotOneValue) {
  EXPECT_EQ(Problem(""), "The JSON is empty.");
  EXPECT_THAT(Problem("{} {}"), HasSubstr("something follows"));
  EXPECT_THAT(Problem("1,"), HasSubstr("something follows"));
  EXPECT_THAT(Problem("{\"a\":"), HasSubstr("ends too early"));
  EXPECT_THAT(Problem("\xef\xbb\xbf{}"), HasSubstr("byte order mark"));
}

TEST(JsonTest, IsStrict) {
  for (std::string_view text : {" ",
                                "{\"a\":1,}",
                                "[1,]",
                                "{'a':1}",
                                "{a:1}",
                                "// x\n1",
                                "/* x */1",
                                "NaN",
                                "Infinity",
                                "-",
                                "+1",
                                "01",
                                "1.",
                                ".5",
                                "1e",
                                "0x10",
                                "tru",
                                "\"\t\"",
                                "\"\\x41\"",
                                "\"\\u12\"",
                                "\"open",
                                "\"\xff\"",
                                "\"\xed\xa0\x80\"",
                                "\"\\ud800\"",
                                "\"\\udc00\"",
                                "\xc2\xa0"
                                "1",
                                "[1 2]",
                                "]"}) {
    EXPECT_NE(Problem(text), "none") << text;
  }
  EXPECT_NE(Problem(std::string_view("1\0", 2)), "none");
}

TEST(JsonTest, NeverRepeatsTheInput) {
  EXPECT_THAT(Problem(R"({"hunter2":1,"hunter2":2})"), testing::Not(HasSubstr("hunter2")));
  EXPECT_THAT(Problem("hunter2"), testing::Not(HasSubstr("hunter2")));
}

TEST(JsonTest, RefusesNumbersWithoutADouble) {
  EXPECT_THAT(Problem("1e999"), HasSubstr("out of range"));
  EXPECT_THAT(Problem("-1e999"), HasSubstr("out of range"));
  EXPECT_THAT(Problem("[1" + std::string(400, '0') + "]"), HasSubstr("out of range"));
  EXPECT_EQ(RoundTrip("1e-999"), "0.0");
  EXPECT_EQ(RoundTrip("-1e-999"), "-0.0");
}

TEST(CanonicalJsonTest, SortsNamesByByteAtEveryLevel) {
  EXPECT_EQ(RoundTrip(R"( { "b" : 1, "a" : [ { "z":1, "Z":2, "é":3, "":4 } ], "aa" : {} } )"),
            R"({"a":[{"":4,"Z":2,"z":1,"é":3}],"aa":{},"b":1})");
}

TEST(CanonicalJsonTest, EscapesOnlyWhatMustBe) {
  EXPECT_EQ(RoundTrip(R"("\u0000\u001f\b\f\n\r\t\"\\\/\u007f\u00e9")"),
            "\"\\u0000\\u001f\\b\\f\\n\\r\\t\\\"\\\\/\x7f\xc3\xa9\"");
}

TEST(CanonicalJsonTest, NumbersRoundTrip) {
  for (std::string_view text :
       {"0", "-1", "9223372036854775807", "-9223372036854775808", "18446744073709551615", "0.1",
        "1.0", "-0.0", "1e+300", "5e-324", "2.2250738585072014e-308", "1.7976931348623157e+308",
        "123456.789", "0.30000000000000004", "9007199254740993.0"}) {
    const auto first = ParseJson(text, {});
    ASSERT_TRUE(first.ok()) << text;
    const auto second = ParseJson(CanonicalJson(*first), {});
    ASSERT_TRUE(second.ok()) << text;
    EXPECT_EQ(first->kind(), second->kind()) << text;
    EXPECT_EQ(*first, *second) << text;
    EXPECT_EQ(CanonicalJson(*first), CanonicalJson(*second)) << text;
  }
  EXPECT_EQ(RoundTrip("0.10"), "0.1");
  EXPECT_EQ(RoundTrip("1.0"), "1.0");
  EXPECT_EQ(RoundTrip("-0.0"), "-0.0");
}

TEST(CanonicalJsonTest, ParsesFractionsToTheNearestDouble) {
  // Sweeps values that sloppy decimal conversion gets wrong by one unit.
  uint64_t state = 1;
  for (int i = 0; i < 20'000; ++i) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    const double number =
        std::ldexp(static_cast<double>(state >> 11), static_cast<int>(state % 200) - 150);
    const boost::json::value value(number);
    const auto parsed = ParseJson(CanonicalJson(value), {});
    ASSERT_TRUE(parsed.ok());
    ASSERT_EQ(parsed->as_double(), number) << CanonicalJson(value);
  }
}

}  // namespace
}  // namespace edgeplane
