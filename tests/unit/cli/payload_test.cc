#include "cli/payload.h"

#include <gtest/gtest.h>

#include <sstream>

#include "cli/json_output.h"
#include "tests/unit/cli/temporary_directory.h"

namespace edgeplane::cli {
namespace {

std::string RoundTrip(const std::string& text) {
  const Result<google::protobuf::Struct> payload = ParsePayload(text);
  if (!payload.ok()) return "refused: " + payload.error().message;
  const Result<std::string> json = ToJson(*payload);
  return json.ok() ? *json : "no JSON form";
}

TEST(ParsePayload, KeepsEveryKindOfValue) {
  EXPECT_EQ(RoundTrip("{}"), "{}");
  EXPECT_EQ(RoundTrip(R"({"a":null})"), R"({"a":null})");
  EXPECT_EQ(RoundTrip(R"({"a":[true,false,1,-2.5,"x",[],{}]})"),
            R"({"a":[true,false,1,-2.5,"x",[],{}]})");
  EXPECT_EQ(RoundTrip(R"({"a":9007199254740992})"), R"({"a":9007199254740992})");
  EXPECT_EQ(RoundTrip(R"({"ä":"\u0000\n日"})"), "{\"ä\":\"\\u0000\\n日\"}");
}

TEST(ParsePayload, RefusesWhatWouldArriveChanged) {
  const Result<google::protobuf::Struct> payload = ParsePayload(R"({"id":12345678901234567890})");
  ASSERT_FALSE(payload.ok());
  EXPECT_NE(payload.error().message.find("\"12345678901234567890\""), std::string::npos);
}

TEST(ParsePayload, RefusesWhatIsNotAStrictObject) {
  for (const char* text :
       {"", "[]", "1", "null", "{", "{\"a\":1,}", "{'a':1}", "{\"a\":1}{}", "{\"a\":1,\"a\":2}",
        "{\"a\":{\"b\":1,\"b\":1}}", "{\"a\":NaN}", "{\"a\":01}", "{\"a\":\"\xff\"}"}) {
    EXPECT_FALSE(ParsePayload(text).ok()) << text;
  }
}

TEST(ParsePayload, BoundsDepthAndSize) {
  const auto nested = [](size_t depth) {
    std::string text = "{\"a\":";
    for (size_t i = 1; i < depth; ++i) text += '[';
    for (size_t i = 1; i < depth; ++i) text += ']';
    return text + "}";
  };
  EXPECT_TRUE(ParsePayload(nested(32)).ok());
  EXPECT_FALSE(ParsePayload(nested(33)).ok());
  EXPECT_TRUE(ParsePayload("{\"a\":\"" + std::string(60'000, 'x') + "\"}").ok());
  EXPECT_FALSE(ParsePayload("{\"a\":\"" + std::string(70'000, 'x') + "\"}").ok());
}

TEST(ReadPayloadText, FromTheArgumentAFileOrStandardInput) {
  const TemporaryDirectory directory;
  const std::string file = directory.Write("payload.json", "{\"from\":\"file\"}", 0644);
  std::istringstream in("{\"from\":\"stdin\"}");
  EXPECT_EQ(*ReadPayloadText("{}", in), "{}");
  EXPECT_EQ(*ReadPayloadText("@" + file, in), "{\"from\":\"file\"}");
  EXPECT_EQ(*ReadPayloadText("-", in), "{\"from\":\"stdin\"}");
  EXPECT_FALSE(ReadPayloadText("@" + directory.In("none"), in).ok());
  std::istringstream endless(std::string(65 * 1024, ' '));
  EXPECT_FALSE(ReadPayloadText("-", endless).ok());
}

}  // namespace
}  // namespace edgeplane::cli
