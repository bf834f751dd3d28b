#include "gateway/register_text.h"

#include <gtest/gtest.h>

namespace edgeplane::gateway {
namespace {

RegisterBody Parsed(const std::string& text) {
  auto parsed = ParseRegister(text, {});
  EXPECT_TRUE(std::holds_alternative<RegisterBody>(parsed)) << text;
  return std::holds_alternative<RegisterBody>(parsed) ? std::get<RegisterBody>(std::move(parsed))
                                                      : RegisterBody{};
}

TEST(RegisterText, ReadsBothForms) {
  const RegisterBody newer =
      Parsed(R"({"user_phone":"+15551234568","registration_token":"ejt_1","issue_secret":true})");
  EXPECT_EQ(newer.user_phone, "+15551234568");
  EXPECT_EQ(newer.token.Reveal(), "ejt_1");
  EXPECT_TRUE(newer.issue_secret);
  const RegisterBody older =
      Parsed(R"({"user_phone":"+15551234568","apple_id":null,"version":"1.0","capabilities":["x"],)"
             R"("auth_token":"ejt_2"})");
  EXPECT_EQ(older.token.Reveal(), "ejt_2");
  EXPECT_FALSE(older.issue_secret);
  EXPECT_EQ(
      Parsed(R"({"user_phone":"1","registration_token":null,"auth_token":"b"})").token.Reveal(),
      "b");
  EXPECT_EQ(
      Parsed(R"({"user_phone":"1","registration_token":"a","auth_token":"b"})").token.Reveal(),
      "a");
}

TEST(RegisterText, TakesAPhoneHoweverItIsWritten) {
  const std::pair<const char*, const char*> phones[] = {{R"("+1 (555) 123-45.68")", "+15551234568"},
                                                        {"15551234568", "15551234568"},
                                                        {"1.5551234568e10", "15551234568"},
                                                        {R"("123456789012345")", "123456789012345"},
                                                        {R"("0")", "0"}};
  for (const auto& [written, meant] : phones) {
    EXPECT_EQ(
        Parsed(std::string(R"({"user_phone":)") + written + R"(,"auth_token":"t"})").user_phone,
        meant)
        << written;
  }
}

TEST(RegisterText, OnlyATrueAsksForASecret) {
  for (const char* value : {"false", "null", "1", R"("true")"}) {
    EXPECT_FALSE(
        Parsed(std::string(R"({"user_phone":"1","auth_token":"t","issue_secret":)") + value + "}")
            .issue_secret)
        << value;
  }
}

TEST(RegisterText, SaysWhatIsWrongAndNeverRepeatsIt) {
  for (const char* text :
       {"", "ejt_1", "[]", R"({"registration_token":"ejt_1"})",
        R"({"user_phone":null,"registration_token":"ejt_1"})",
        R"({"user_phone":"","registration_token":"ejt_1"})",
        R"({"user_phone":"+","registration_token":"ejt_1"})",
        R"({"user_phone":"1+2","registration_token":"ejt_1"})",
        R"({"user_phone":"1234567890123456","registration_token":"ejt_1"})",
        R"({"user_phone":1.5e-7,"registration_token":"ejt_1"})",
        R"({"user_phone":"five","registration_token":"ejt_1"})", R"({"user_phone":"1"})",
        R"({"user_phone":"1","registration_token":"","auth_token":null})",
        R"({"user_phone":"1","registration_token":7})",
        R"({"user_phone":"1","registration_token":"ejt_1","registration_token":"x"})"}) {
    const auto parsed = ParseRegister(text, {});
    ASSERT_TRUE(std::holds_alternative<MalformedMessage>(parsed)) << text;
    const std::string& why = std::get<MalformedMessage>(parsed).why;
    EXPECT_EQ(why.find("ejt_1"), std::string::npos) << why;
  }
}

TEST(RegisterText, WritesTheAnswer) {
  EXPECT_EQ(RegisterText({"edge_15551234568", Secret()}),
            R"({"edge_agent_id":"edge_15551234568"})");
  EXPECT_EQ(RegisterText({"edge_1", Secret::CopyOf("00ff")}),
            R"({"edge_agent_id":"edge_1","secret":"00ff"})");
}

}  // namespace
}  // namespace edgeplane::gateway
