#include "storage/join_token.h"

#include <gtest/gtest.h>

namespace edgeplane::storage {
namespace {

constexpr Time kNow{Duration(1'770'000'000'000'000)};

class JudgeJoinTest : public testing::Test {
 protected:
  JudgeJoinTest() {
    token_.expire_time = kNow + Duration(1);
    registration_.user_phone = "1555";
    registration_.now = kNow;
  }
  JoinVerdict Judge(bool known = false, bool joined_by_this = false) {
    return JudgeJoin(token_, registration_, known, joined_by_this);
  }

  JoinToken token_;
  Registration registration_;
};

TEST_F(JudgeJoinTest, ALiveTokenLetsAnybodyIn) {
  EXPECT_EQ(Judge(), JoinVerdict::kJoined);
  EXPECT_EQ(Judge(true), JoinVerdict::kJoined);
  token_.uses = 1'000'000;
  EXPECT_EQ(Judge(), JoinVerdict::kJoined) << "0 is any number";
}

TEST_F(JudgeJoinTest, ExpiresAtItsTime) {
  registration_.now = token_.expire_time;
  EXPECT_EQ(Judge(), JoinVerdict::kExpired);
  EXPECT_EQ(Judge(true, true), JoinVerdict::kExpired);
}

TEST_F(JudgeJoinTest, IsForItsPhoneOnly) {
  token_.user_phone = "1555";
  EXPECT_EQ(Judge(), JoinVerdict::kJoined);
  token_.user_phone = "15550";
  EXPECT_EQ(Judge(), JoinVerdict::kPhoneMismatch);
  EXPECT_EQ(Judge(true, true), JoinVerdict::kPhoneMismatch);
}

TEST_F(JudgeJoinTest, OnceUsedUpItServesOnlyThoseItMade) {
  token_.max_uses = 2;
  token_.uses = 1;
  EXPECT_EQ(Judge(), JoinVerdict::kJoined);
  token_.uses = 2;
  EXPECT_EQ(Judge(), JoinVerdict::kExhausted);
  EXPECT_EQ(Judge(true, false), JoinVerdict::kExhausted);
  EXPECT_EQ(Judge(true, true), JoinVerdict::kJoined);
  EXPECT_EQ(Judge(false, true), JoinVerdict::kExhausted) << "the one it made is gone";
}

TEST_F(JudgeJoinTest, ARevokedOneServesNobody) {
  token_.revoke_time = kNow - Duration(1);
  EXPECT_EQ(Judge(true, true), JoinVerdict::kRevoked);
  token_.expire_time = kNow;
  token_.user_phone = "1";
  EXPECT_EQ(Judge(), JoinVerdict::kRevoked) << "first of all";
}

TEST(PhoneDigitsTest, StripsWhatPeopleWriteBetweenThem) {
  EXPECT_EQ(PhoneDigits("+1 (555) 123-45.68"), "15551234568");
  EXPECT_EQ(PhoneDigits("15551234568"), "15551234568");
  EXPECT_EQ(PhoneDigits(""), "");
  EXPECT_EQ(PhoneDigits("+1x"), "1x") << "anything else makes it another";
}

TEST(NewAgentTest, HasThePhoneAndTheTokensLabels) {
  JoinToken token;
  token.labels = {{"site", "x"}};
  Registration registration;
  registration.user_phone = "1555";
  registration.new_agent_id = "edge_1555";
  registration.now = kNow;
  const Agent agent = NewAgent(registration, token);
  EXPECT_EQ(agent.agent_id, "edge_1555");
  EXPECT_EQ(agent.user_phone, "+1555");
  EXPECT_EQ(agent.labels, token.labels);
  EXPECT_EQ(agent.create_time, kNow);
  EXPECT_EQ(agent.update_time, kNow);
}

}  // namespace
}  // namespace edgeplane::storage
