#include "gateway/lease.h"

#include <gtest/gtest.h>

namespace edgeplane::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class LeaseTest : public testing::Test {
 protected:
  static constexpr Lease::Moment At(double after) {
    return Lease::Moment{} + milliseconds(static_cast<int64_t>(after * 1000));
  }
  Lease lease_;
};

TEST_F(LeaseTest, WithoutOneNothingIsHeld) {
  EXPECT_FALSE(lease_.Holds(At(0)));
  EXPECT_FALSE(lease_.IsEnding(At(0)));
  EXPECT_FALSE(lease_.renew_at());
  lease_.AskFirst(At(0));
  EXPECT_FALSE(lease_.Holds(At(1)));
}

TEST_F(LeaseTest, OfARegistryThatKnowsNoneIsNotRenewed) {
  lease_.SetAlone(true);
  lease_.AskFirst(At(0));
  lease_.Granted(0, seconds(0), At(0));
  EXPECT_TRUE(lease_.Holds(At(1000)));
  EXPECT_FALSE(lease_.renew_at());
}

TEST_F(LeaseTest, HoweverShortIsNotAskedForWithoutPause) {
  lease_.AskFirst(At(0));
  lease_.Granted(0, Duration(1), At(0));
  EXPECT_EQ(lease_.renew_at(), At(0.1));
  lease_.Ask(At(0.1));
  EXPECT_EQ(lease_.renew_at(), At(0.2));
}

TEST_F(LeaseTest, RunsFromTheAskingAndEndsBeforeItIsOver) {
  lease_.AskFirst(At(10));
  lease_.Granted(0, seconds(10), At(0));
  EXPECT_TRUE(lease_.Holds(At(17.9)));
  EXPECT_FALSE(lease_.Holds(At(18)));
  EXPECT_FALSE(lease_.IsEnding(At(18.9)));
  EXPECT_TRUE(lease_.IsEnding(At(19)));
}

TEST_F(LeaseTest, IsOverdueWhenTheNextRenewalIsDueAndTheLastHasNoAnswer) {
  lease_.AskFirst(At(0));
  lease_.Granted(0, seconds(8), At(7));
  EXPECT_FALSE(lease_.IsOverdue(At(7))) << "nothing has been asked for yet, late as it is";
  const int64_t first = lease_.Ask(At(7));
  EXPECT_FALSE(lease_.IsOverdue(At(8.9)));
  EXPECT_TRUE(lease_.IsOverdue(At(9)));
  lease_.Ask(At(9));
  lease_.Granted(first, seconds(8), At(9.5));
  EXPECT_FALSE(lease_.IsOverdue(At(10.9)));
  EXPECT_TRUE(lease_.IsOverdue(At(11)));
}

TEST_F(LeaseTest, SaysWhatIsLeftUntilTheAgentsHaveToGo) {
  EXPECT_EQ(lease_.Left(At(0)), Duration::zero());
  lease_.AskFirst(At(0));
  lease_.Granted(0, seconds(10), At(1));
  EXPECT_EQ(lease_.Left(At(1)), seconds(7));
  EXPECT_EQ(lease_.Left(At(8)), Duration::zero());
}

TEST_F(LeaseTest, CountsHowOftenItWasLostBeforeItWasGrantedAgain) {
  lease_.AskFirst(At(0));
  lease_.Granted(0, seconds(10), At(1));
  EXPECT_EQ(lease_.losses(), 0) << "there was none to lose";
  const int64_t in_time = lease_.Ask(At(7));
  lease_.Granted(in_time, seconds(10), At(7.9));
  EXPECT_EQ(lease_.losses(), 0);
  const int64_t late = lease_.Ask(At(14));
  lease_.Granted(late, seconds(10), At(15));
  EXPECT_EQ(lease_.losses(), 1);
  EXPECT_TRUE(lease_.Holds(At(15))) << "and it looks as if nothing had been";
}

TEST_F(LeaseTest, AsksSeveralTimesAndEachAnswerCountsFromItsAsking) {
  lease_.AskFirst(At(0));
  lease_.Granted(0, seconds(8), At(0));
  EXPECT_EQ(lease_.renew_at(), At(2));
  const int64_t first = lease_.Ask(At(2));
  EXPECT_EQ(lease_.renew_at(), At(4));
  const int64_t second = lease_.Ask(At(4));
  EXPECT_NE(first, second);
  lease_.Granted(first, seconds(8), At(0));
  EXPECT_TRUE(lease_.Holds(At(8)));
  EXPECT_FALSE(lease_.Holds(At(8.5)));
  EXPECT_EQ(lease_.renew_at(), At(6));
  lease_.Granted(second, seconds(8), At(0));
  EXPECT_TRUE(lease_.Holds(At(10)));
}

TEST_F(LeaseTest, AnAnswerThatComesLateTakesNothingAway) {
  lease_.AskFirst(At(0));
  lease_.Granted(0, seconds(8), At(0));
  const int64_t first = lease_.Ask(At(2));
  const int64_t second = lease_.Ask(At(4));
  lease_.Granted(second, seconds(8), At(0));
  lease_.Granted(first, seconds(8), At(0));
  EXPECT_TRUE(lease_.Holds(At(10)));
  lease_.Granted(77, seconds(800), At(0));
  EXPECT_FALSE(lease_.Holds(At(12)));
}

TEST_F(LeaseTest, ALinkLostTakesItsAnswersAlong) {
  lease_.AskFirst(At(0));
  lease_.Granted(0, seconds(10), At(0));
  const int64_t asked = lease_.Ask(At(5));
  lease_.AskFirst(At(6));
  lease_.Granted(asked, seconds(10), At(0));
  EXPECT_TRUE(lease_.Holds(At(7)));
  EXPECT_FALSE(lease_.Holds(At(8)));
  EXPECT_FALSE(lease_.renew_at());
  lease_.Granted(0, seconds(10), At(0));
  EXPECT_TRUE(lease_.Holds(At(13)));
}

TEST_F(LeaseTest, AloneItHasNoEnd) {
  lease_.AskFirst(At(0));
  lease_.SetAlone(true);
  lease_.Granted(0, seconds(10), At(0));
  EXPECT_TRUE(lease_.Holds(At(1000)));
  EXPECT_FALSE(lease_.IsEnding(At(1000)));
  EXPECT_TRUE(lease_.renew_at());
}

}  // namespace
}  // namespace edgeplane::gateway
