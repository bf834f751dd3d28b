#include "gateway/welcome_timeout.h"

#include <gtest/gtest.h>

namespace edgeplane::gateway {
namespace {

using std::chrono::seconds;

TEST(WelcomeTimeout, TheOnlyOneHasAllTheTime) {
  EXPECT_EQ(WelcomeTimeout({}), seconds(10));
  EXPECT_EQ(WelcomeTimeout({.lease_left = seconds(4), .late = true}), seconds(10));
}

TEST(WelcomeTimeout, AllThatMayAnswerHaveATurnBeforeTheLeaseIsOver) {
  EXPECT_EQ(WelcomeTimeout({.lease_left = seconds(6), .others = 1, .unfailed = 1}), seconds(3));
  EXPECT_EQ(WelcomeTimeout({.lease_left = seconds(6), .others = 2}), seconds(2));
  EXPECT_EQ(WelcomeTimeout({.lease_left = seconds(6), .others = 15}), seconds(1));
  EXPECT_EQ(WelcomeTimeout({.lease_left = seconds(60), .others = 1}), seconds(10));
}

TEST(WelcomeTimeout, OneThatWasLeftHasLittleAndMoreEachTime) {
  Prospects prospects{.lease_left = seconds(60), .others = 1, .late = true};
  for (const int expected : {1, 2, 4, 8, 10, 10}) {
    EXPECT_EQ(WelcomeTimeout(prospects), seconds(expected));
    ++prospects.timeouts;
  }
}

// As at a start: who has refused is not waited for.
TEST(WelcomeTimeout, WithoutALeaseTheOneThatMayAnswerHasItsTime) {
  EXPECT_EQ(WelcomeTimeout({.others = 1, .unfailed = 1}), seconds(5));
  EXPECT_EQ(WelcomeTimeout({.others = 1, .late = true, .timeouts = 1}), seconds(10));
  EXPECT_EQ(WelcomeTimeout({.others = 9, .unfailed = 9}), Duration(seconds(1)));
  EXPECT_EQ(WelcomeTimeout({.others = 9, .unfailed = 9, .timeouts = 2}), seconds(4));
}

}  // namespace
}  // namespace edgeplane::gateway
