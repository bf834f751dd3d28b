#include "cli/gateway_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/unit/cli/temporary_directory.h"

namespace edgeplane::cli {
namespace {

std::string TokenOf(char digit) { return "eg_" + std::string(64, digit); }

class GatewayTokenTest : public testing::Test {
 protected:
  void Write(const std::string& content) {
    std::ofstream(path_) << content;
    chmod(path_.c_str(), 0600);
  }
  const TemporaryDirectory directory_;
  const std::filesystem::path path_ = directory_.path() / "gateway.token";
};

TEST_F(GatewayTokenTest, IsMadeOnceAndKnown) {
  ASSERT_TRUE(EnsureGatewayTokenFile(path_).ok());
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const Result<Secret> token = ReadGatewayToken(path_);
  ASSERT_TRUE(token.ok()) << token.error().message;
  ASSERT_TRUE(EnsureGatewayTokenFile(path_).ok());
  const Result<GatewayTokens> known = GatewayTokens::Read(path_);
  ASSERT_TRUE(known.ok());
  const std::string text(token->Reveal());
  EXPECT_TRUE(known->Know("Bearer " + text)) << "the file was left as it was";
  for (const std::string& other :
       {std::string(), text, "Basic " + text, "Bearer " + text + "0", "Bearer " + TokenOf('0')}) {
    EXPECT_FALSE(known->Know(other)) << other;
  }
}

TEST_F(GatewayTokenTest, SeveralAreKnownAndTheFirstIsPresented) {
  Write(TokenOf('1') + "\n" + TokenOf('2') + "\n");
  const Result<GatewayTokens> known = GatewayTokens::Read(path_);
  ASSERT_TRUE(known.ok());
  EXPECT_TRUE(known->Know("Bearer " + TokenOf('1')));
  EXPECT_TRUE(known->Know("Bearer " + TokenOf('2')));
  EXPECT_FALSE(known->Know("Bearer " + TokenOf('3')));
  EXPECT_EQ(ReadGatewayToken(path_)->Reveal(), TokenOf('1'));
}

TEST_F(GatewayTokenTest, WhatIsNoTokenIsAnErrorThatDoesNotRepeatIt) {
  std::string many;
  for (int i = 0; i < 17; ++i) many += TokenOf('1') + "\n";
  for (const std::string& content :
       {std::string(), std::string("\n"), std::string("secret-words"), TokenOf('1') + " ",
        TokenOf('G'), "ep_" + std::string(64, '1'), TokenOf('1') + "\n\n" + TokenOf('2'), many}) {
    Write(content);
    const Result<GatewayTokens> known = GatewayTokens::Read(path_);
    ASSERT_FALSE(known.ok()) << content;
    EXPECT_THAT(known.error().message, testing::HasSubstr("gateway.token"));
    EXPECT_THAT(known.error().message, testing::Not(testing::HasSubstr("secret-words")));
  }
}

TEST_F(GatewayTokenTest, AFileThatOthersReadIsRefused) {
  Write(TokenOf('1') + "\n");
  chmod(path_.c_str(), 0644);
  EXPECT_FALSE(ReadGatewayToken(path_).ok());
}

}  // namespace
}  // namespace edgeplane::cli
