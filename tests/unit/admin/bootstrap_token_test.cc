#include "services/admin/bootstrap_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "base/files.h"
#include "services/admin/admin_auth.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using v1::ErrorReason;

class BootstrapTokenTest : public testing::Test {
 protected:
  Result<BootstrapToken> Ensure() { return EnsureAdminToken(store_, path_, clock_); }
  std::string Token() { return *ReadPrivateFile(path_, 1024); }
  ErrorCode Check(const std::string& token) {
    AdminAuth auth;
    EXPECT_TRUE(auth.Load(store_).ok());
    return CodeOf(auth.Check("Bearer " + token));
  }

  const TemporaryDirectory temporary_;
  const fs::path directory_ = temporary_.path();
  fs::path path_ = directory_ / "admin.token";
  storage::MemoryStore store_;
  ManualClock clock_{FromMicros(1'800'000'000'000'000)};
};

TEST_F(BootstrapTokenTest, TheFirstStartMakesATokenThatWorks) {
  testing::internal::CaptureStderr();
  const auto ensured = Ensure();
  const std::string log = testing::internal::GetCapturedStderr();
  ASSERT_TRUE(ensured.ok()) << ensured.error().message;
  EXPECT_EQ(*ensured, BootstrapToken::kMade);
  EXPECT_THAT(Token(), MatchesRegex("ep_[0-9a-f]{64}"));
  EXPECT_EQ(Check(Token()), ErrorReason::UNSPECIFIED);
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_THAT(log, HasSubstr(path_.string()));
  EXPECT_THAT(log, Not(HasSubstr(Token().substr(3))));
}

TEST_F(BootstrapTokenTest, AnotherRegistryOfTheSameStoreLeavesItsTokenInForce) {
  ASSERT_TRUE(Ensure().ok());
  const std::string token = Token();
  const auto elsewhere = EnsureAdminToken(store_, directory_ / "other.token", clock_, true);
  ASSERT_TRUE(elsewhere.ok()) << elsewhere.error().message;
  EXPECT_EQ(*elsewhere, BootstrapToken::kElsewhere);
  EXPECT_FALSE(fs::exists(directory_ / "other.token"));
  EXPECT_EQ(Check(token), ErrorReason::UNSPECIFIED);
}

TEST_F(BootstrapTokenTest, LaterStartsChangeNothing) {
  ASSERT_TRUE(Ensure().ok());
  const std::string token = Token();
  EXPECT_EQ(*Ensure(), BootstrapToken::kUnchanged);
  EXPECT_EQ(Token(), token);
  EXPECT_EQ(Check(token), ErrorReason::UNSPECIFIED);
}

TEST_F(BootstrapTokenTest, AMissingFileGetsANewTokenAndTheOldOneIsWorthNothing) {
  ASSERT_TRUE(Ensure().ok());
  const std::string old = Token();
  fs::remove(path_);
  EXPECT_EQ(*Ensure(), BootstrapToken::kMade);
  EXPECT_NE(Token(), old);
  EXPECT_EQ(Check(Token()), ErrorReason::UNSPECIFIED);
  EXPECT_EQ(Check(old), ErrorReason::TOKEN_REQUIRED);
}

TEST_F(BootstrapTokenTest, AStoreThatKnowsNoneTakesTheFileS) {
  const std::string token = "ep_" + std::string(64, 'a');
  ASSERT_TRUE(WriteFileAtomically(path_, token + "\n", 0600).ok());
  EXPECT_EQ(*Ensure(), BootstrapToken::kAdopted);
  EXPECT_EQ(Check(token), ErrorReason::UNSPECIFIED);
}

TEST_F(BootstrapTokenTest, AnotherTokenThanTheStoreSIsForAPersonToSettle) {
  ASSERT_TRUE(Ensure().ok());
  const std::string token = Token();
  const std::string other = "ep_" + std::string(64, 'a');
  ASSERT_TRUE(WriteFileAtomically(path_, other + "\n", 0600).ok());
  const auto refused = Ensure();
  ASSERT_EQ(CodeOf(refused), ErrorReason::INVALID_FIELD);
  EXPECT_THAT(refused.error().message, HasSubstr(path_.string()));
  EXPECT_THAT(refused.error().message, Not(HasSubstr(other)));
  EXPECT_EQ(Check(token), ErrorReason::UNSPECIFIED);
}

TEST_F(BootstrapTokenTest, RefusesFilesThatHoldSomethingElseOrThatOthersCanRead) {
  for (const std::string content : {"", "hunter2", "ep_123", "ep_"}) {
    ASSERT_TRUE(WriteFileAtomically(path_, content, 0600).ok());
    EXPECT_EQ(CodeOf(Ensure()), ErrorReason::INVALID_FIELD) << content;
  }
  ASSERT_TRUE(WriteFileAtomically(path_, "ep_" + std::string(64, 'a'), 0644).ok());
  EXPECT_EQ(CodeOf(Ensure()), ErrorReason::INVALID_FIELD);
}

// Whatever fails, the next start gets a working token without anybody's help.
TEST_F(BootstrapTokenTest, RecoversFromAStartThatFailedHalfWay) {
  for (int call = 1; call <= 2; ++call) {
    store_.FailOperation(call, MakeError(ErrorReason::STORE_UNAVAILABLE, "No."));
    EXPECT_EQ(CodeOf(Ensure()), ErrorReason::STORE_UNAVAILABLE);
    EXPECT_FALSE(fs::exists(path_));
  }
  const fs::path good = path_;
  path_ = directory_ / "missing" / "admin.token";
  EXPECT_FALSE(Ensure().ok());  // in the store by now, but in no file
  path_ = good;
  EXPECT_EQ(*Ensure(), BootstrapToken::kMade);
  EXPECT_EQ(Check(Token()), ErrorReason::UNSPECIFIED);
}

}  // namespace
}  // namespace edgeplane::admin
