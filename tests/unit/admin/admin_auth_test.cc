#include "services/admin/admin_auth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/crypto.h"
#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

using testing::HasSubstr;
using testing::Not;
using v1::ErrorReason;

class AdminAuthTest : public testing::Test {
 protected:
  void Put(const std::string& name, const std::string& token, const std::string& role = "admin") {
    ASSERT_TRUE(store_.PutAdminToken({name, Sha256(token), role, Time()}).ok());
    ASSERT_TRUE(auth_.Load(store_).ok());
  }

  storage::MemoryStore store_;
  AdminAuth auth_;
};

TEST_F(AdminAuthTest, AcceptsAnyTokenOfTheStore) {
  Put("one", "ep_1");
  Put("two", "ep_2");
  EXPECT_TRUE(auth_.Check("Bearer ep_1").ok());
  EXPECT_TRUE(auth_.Check("bearer ep_2").ok());
}

TEST_F(AdminAuthTest, RefusesEverythingElseAndSaysWhatToDo) {
  Put("one", "ep_1");
  for (const std::string& authorization :
       {std::string(), std::string("Bearer"), std::string("Bearer "), std::string("Bearer ep_2"),
        std::string("Bearer  ep_1"), std::string("Bearer ep_1 "), std::string("Basic ep_1"),
        std::string("ep_1"), std::string("Bearerep_1"), "Bearer " + Sha256("ep_1"),
        "Bearer " + std::string(10'000, 'x')}) {
    const auto status = auth_.Check(authorization);
    ASSERT_EQ(CodeOf(status), ErrorReason::TOKEN_REQUIRED) << authorization;
    EXPECT_THAT(status.error().message, HasSubstr("authorization: Bearer TOKEN"));
    EXPECT_THAT(status.error().message, Not(HasSubstr("ep_")));
  }
}

TEST_F(AdminAuthTest, RefusesAllUntilItHasLoaded) {
  ASSERT_TRUE(store_.PutAdminToken({"one", Sha256("ep_1"), "admin", Time()}).ok());
  EXPECT_EQ(CodeOf(auth_.Check("Bearer ep_1")), ErrorReason::TOKEN_REQUIRED);
  ASSERT_TRUE(auth_.Load(store_).ok());
  EXPECT_TRUE(auth_.Check("Bearer ep_1").ok());
}

TEST_F(AdminAuthTest, AFailedLoadKeepsWhatItKnew) {
  Put("one", "ep_1");
  store_.FailOperation(1, MakeError(ErrorReason::STORE_UNAVAILABLE, "No."));
  EXPECT_EQ(CodeOf(auth_.Load(store_)), ErrorReason::STORE_UNAVAILABLE);
  EXPECT_TRUE(auth_.Check("Bearer ep_1").ok());
}

TEST_F(AdminAuthTest, ForgetsATokenThatWasReplaced) {
  Put("one", "ep_1");
  Put("one", "ep_2");
  EXPECT_EQ(CodeOf(auth_.Check("Bearer ep_1")), ErrorReason::TOKEN_REQUIRED);
}

TEST_F(AdminAuthTest, OtherRolesAreNotEnough) {
  Put("dashboard", "ep_v", "viewer");
  const auto status = auth_.Check("Bearer ep_v");
  ASSERT_EQ(CodeOf(status), ErrorReason::ROLE_INSUFFICIENT);
  EXPECT_THAT(status.error().message, HasSubstr("viewer"));
}

}  // namespace
}  // namespace edgeplane::admin
