#include "services/admin/payload.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>

#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;
using google::protobuf::util::MessageDifferencer;
using testing::ElementsAre;
using testing::HasSubstr;
using v1::ErrorReason;

std::string Number(double number) {
  Struct payload;
  (*payload.mutable_fields())["n"].set_number_value(number);
  const auto text = PayloadToJson(payload, "payload");
  EXPECT_TRUE(text.ok());
  return text->substr(5, text->size() - 6);  // {"n":..}
}

// An object in an object ..; {} has depth 1.
Struct Nested(int depth) {
  Struct payload;
  for (int i = 1; i < depth; ++i) {
    Struct outer;
    (*outer.mutable_fields())["o"].mutable_struct_value()->Swap(&payload);
    payload.Swap(&outer);
  }
  return payload;
}

Struct OfText(size_t bytes) {  // {"t":"xx.."}
  Struct payload;
  (*payload.mutable_fields())["t"].set_string_value(std::string(bytes - 8, 'x'));
  return payload;
}

TEST(Payload, EveryKindThereAndBack) {
  Struct payload;
  auto& fields = *payload.mutable_fields();
  fields["z"].set_null_value(google::protobuf::NULL_VALUE);
  fields["b"].set_bool_value(true);
  fields["s"].set_string_value("a \"quote\", a \\, a\nline, \xc3\xa4 and " + std::string(1, '\0'));
  fields["n"].set_number_value(2.5);
  fields["o"].mutable_struct_value();
  fields["l"].mutable_list_value()->add_values()->set_number_value(1);
  fields["l"].mutable_list_value()->add_values()->mutable_list_value();
  fields[""].set_string_value("");
  const auto text = PayloadToJson(payload, "payload");
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(*text,
            "{\"\":\"\",\"b\":true,\"l\":[1,[]],\"n\":2.5,\"o\":{},"
            "\"s\":\"a \\\"quote\\\", a \\\\, a\\nline, \xc3\xa4 and \\u0000\",\"z\":null}");
  const auto back = PayloadFromJson(*text);
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE(MessageDifferencer::Equals(*back, payload));
}

TEST(Payload, NumbersAreWrittenAsTheyWereMeant) {
  EXPECT_EQ(Number(0), "0");
  EXPECT_EQ(Number(-0.0), "0");
  EXPECT_EQ(Number(3), "3");
  EXPECT_EQ(Number(-17), "-17");
  EXPECT_EQ(Number(9007199254740992.0), "9007199254740992");  // 2^53
  EXPECT_EQ(Number(0.1), "0.1");
  EXPECT_EQ(Number(1e300), "1e+300");
  for (const double odd : {-9223372036854775808.0, 9223372036854775808.0, 1e21, -1e21, 5e-324,
                           std::numeric_limits<double>::max()}) {
    EXPECT_EQ(std::strtod(Number(odd).c_str(), nullptr), odd);
  }
}

TEST(Payload, RefusesWhatJsonCannotHold) {
  for (const double number : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    Struct payload;
    (*payload.mutable_fields())["n"].set_number_value(number);
    const auto text = PayloadToJson(payload, "payload");
    ASSERT_EQ(CodeOf(text), ErrorReason::INVALID_FIELD);
    EXPECT_THAT(FieldsOf(text), ElementsAre("payload"));
  }
  Struct unset;
  unset.mutable_fields()->insert({"n", Value()});
  EXPECT_EQ(CodeOf(PayloadToJson(unset, "payload")), ErrorReason::INVALID_FIELD);
}

TEST(Payload, DepthAtItsLimit) {
  const auto deepest = PayloadToJson(Nested(32), "payload");
  ASSERT_TRUE(deepest.ok());
  EXPECT_TRUE(PayloadFromJson(*deepest).ok());
  EXPECT_EQ(CodeOf(PayloadToJson(Nested(33), "payload")), ErrorReason::INVALID_FIELD);

  Struct lists = Nested(1);
  Value* value = &(*lists.mutable_fields())["l"];
  for (int i = 0; i < 31; ++i) value = value->mutable_list_value()->add_values();
  value->set_bool_value(true);
  EXPECT_TRUE(PayloadToJson(lists, "payload").ok());
  value->mutable_list_value();
  EXPECT_EQ(CodeOf(PayloadToJson(lists, "payload")), ErrorReason::INVALID_FIELD);
}

TEST(Payload, SizeAtItsLimit) {
  const auto largest = PayloadToJson(OfText(65536), "payload");
  ASSERT_TRUE(largest.ok());
  EXPECT_EQ(largest->size(), 65536U);
  EXPECT_TRUE(PayloadFromJson(*largest).ok());
  const auto larger = PayloadToJson(OfText(65537), "payload");
  ASSERT_EQ(CodeOf(larger), ErrorReason::INVALID_FIELD);
  EXPECT_THAT(larger.error().message, HasSubstr("65537"));
}

TEST(Payload, TextThatIsNoObjectIsCorrupt) {
  for (const char* text : {"", "[]", "1", "{", "{\"a\":1,\"a\":2}", "{}x"}) {
    EXPECT_EQ(CodeOf(PayloadFromJson(text)), ErrorReason::STORE_CORRUPT) << text;
  }
}

}  // namespace
}  // namespace edgeplane::admin
