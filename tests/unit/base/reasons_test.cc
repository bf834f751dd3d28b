#include "base/reasons.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string_view>
#include <vector>

namespace edgeplane {
namespace {

std::vector<v1::Reason> EveryReason() {
  std::vector<v1::Reason> reasons;
  const auto& descriptor = *v1::Reason_descriptor();
  for (int i = 0; i < descriptor.value_count(); ++i) {
    if (descriptor.value(i)->number() != 0) {
      reasons.push_back(static_cast<v1::Reason>(descriptor.value(i)->number()));
    }
  }
  return reasons;
}

std::vector<v1::Disconnect> EveryDisconnect() {
  std::vector<v1::Disconnect> disconnects;
  const auto& descriptor = *v1::Disconnect_descriptor();
  for (int i = 0; i < descriptor.value_count(); ++i) {
    if (descriptor.value(i)->number() != 0) {
      disconnects.push_back(static_cast<v1::Disconnect>(descriptor.value(i)->number()));
    }
  }
  return disconnects;
}

int StatusOf(v1::Reason reason) {
  const auto& statuses = TraitsOf(reason).http_status();
  return statuses.empty() ? 0 : statuses[0];
}

// Those of the agent protocol; 0 is "none".
const std::set<int> kCloseCodes{0,    1000, 1002, 1007, 1008, 1009, 1011,
                                1012, 1013, 4001, 4003, 4008, 4009};

TEST(ReasonsTest, EveryReasonSaysEverything) {
  ASSERT_GT(EveryReason().size(), 30U);
  for (v1::Reason reason : EveryReason()) {
    SCOPED_TRACE(NameOf(reason));
    const v1::ReasonTraits& traits = TraitsOf(reason);
    EXPECT_NE(traits.stage(), v1::STAGE_UNSPECIFIED);
    EXPECT_NE(traits.retry(), v1::RETRY_UNSPECIFIED);
    EXPECT_NE(traits.turn(), v1::TURN_UNSPECIFIED);
    EXPECT_THAT(traits.sentence(), testing::EndsWith("."));
    EXPECT_THAT(traits.public_message(), testing::EndsWith("."));
    EXPECT_TRUE(kCloseCodes.contains(traits.close_code())) << traits.close_code();
  }
}

TEST(ReasonsTest, StatusesAreClientOrServerErrorsAndOnlyConnectionsLackOne) {
  const std::set<int> known{400, 401, 403, 404, 405, 408, 413, 414, 426, 429, 431, 503};
  for (v1::Reason reason : EveryReason()) {
    SCOPED_TRACE(NameOf(reason));
    const v1::ReasonTraits& traits = TraitsOf(reason);
    if (traits.stage() != v1::CONNECTION) {
      EXPECT_GT(traits.http_status_size(), 0);
    }
    for (int status : traits.http_status()) EXPECT_TRUE(known.contains(status)) << status;
  }
  EXPECT_EQ(StatusOf(v1::REQUEST_TIMEOUT), 408);
  EXPECT_EQ(StatusOf(v1::CONNECTION_LIMIT), 0);
}

// What a stranger is told must not depend on which of these it was.
TEST(ReasonsTest, FailedAuthenticationIsAlikeOutside) {
  const v1::ReasonTraits& first = TraitsOf(v1::AGENT_UNKNOWN);
  size_t count = 0;
  for (v1::Reason reason : EveryReason()) {
    const v1::ReasonTraits& traits = TraitsOf(reason);
    if (traits.stage() != v1::ADMISSION || StatusOf(reason) != 401) continue;
    if (reason == v1::OPERATOR_TOKEN_UNKNOWN) continue;  // an operator's, on a path of its own
    SCOPED_TRACE(NameOf(reason));
    ++count;
    EXPECT_EQ(traits.public_message(), first.public_message());
    EXPECT_EQ(traits.close_code(), first.close_code());
    EXPECT_EQ(traits.retry(), first.retry());
    EXPECT_EQ(traits.http_status_size(), 1);
  }
  EXPECT_EQ(count, 8U);
}

TEST(ReasonsTest, RefusedJoinTokensAreAlikeOutside) {
  for (v1::Reason reason : EveryReason()) {
    const v1::ReasonTraits& traits = TraitsOf(reason);
    if (traits.stage() != v1::JOINING) continue;
    SCOPED_TRACE(NameOf(reason));
    EXPECT_EQ(StatusOf(reason), 401);
    EXPECT_EQ(traits.public_message(), TraitsOf(v1::JOIN_TOKEN_UNKNOWN).public_message());
  }
}

TEST(ReasonsTest, CapacityPassesAndPromisesARetryAfter) {
  for (v1::Reason reason : EveryReason()) {
    SCOPED_TRACE(NameOf(reason));
    const bool is_busy = StatusOf(reason) == 429 || StatusOf(reason) == 503;
    EXPECT_EQ(TraitsOf(reason).stage() == v1::CAPACITY, is_busy);
    if (is_busy) {
      EXPECT_EQ(TraitsOf(reason).retry(), v1::RETRY_LATER);
    }
  }
}

// Agents reconnect at once on 1012, so nothing but a restart may say it.
TEST(ReasonsTest, OnlyARestartSays1012) {
  for (v1::Reason reason : EveryReason()) {
    EXPECT_EQ(TraitsOf(reason).close_code() == 1012, reason == v1::DRAINING) << NameOf(reason);
  }
  for (v1::Disconnect disconnect : EveryDisconnect()) {
    EXPECT_EQ(TraitsOf(disconnect).close_code() == 1012, disconnect == v1::RESTART)
        << NameOf(disconnect);
  }
}

TEST(ReasonsTest, EveryDisconnectHasASentence) {
  ASSERT_GT(EveryDisconnect().size(), 10U);
  for (v1::Disconnect disconnect : EveryDisconnect()) {
    SCOPED_TRACE(NameOf(disconnect));
    EXPECT_THAT(TraitsOf(disconnect).sentence(), testing::EndsWith("."));
    EXPECT_TRUE(kCloseCodes.contains(TraitsOf(disconnect).close_code()));
  }
  EXPECT_EQ(TraitsOf(v1::IDLE_TIMEOUT).close_code(), 4008);
  EXPECT_EQ(TraitsOf(v1::PEER_GONE).close_code(), 0);
}

TEST(ReasonsTest, NamesAreThoseOfTheVocabulary) {
  EXPECT_EQ(NameOf(v1::SECRET_MISMATCH), "SECRET_MISMATCH");
  EXPECT_EQ(NameOf(v1::JOIN_TOKEN_PHONE_MISMATCH), "JOIN_TOKEN_PHONE_MISMATCH");
  EXPECT_EQ(NameOf(v1::IDLE_TIMEOUT), "IDLE_TIMEOUT");
  EXPECT_EQ(NameOf(v1::UPGRADE_FAILED), "UPGRADE_FAILED");
}

TEST(ReasonsTest, UnknownNumbersAreUnspecified) {
  for (int number :
       {0, 5, 65, 1000, -1, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()}) {
    EXPECT_EQ(NameOf(static_cast<v1::Reason>(number)), "REASON_UNSPECIFIED") << number;
    EXPECT_EQ(TraitsOf(static_cast<v1::Reason>(number)).sentence(), "");
  }
  EXPECT_EQ(NameOf(static_cast<v1::Disconnect>(17)), "DISCONNECT_UNSPECIFIED");
}

TEST(ReasonsTest, EveryStageHasItsLabel) {
  std::set<std::string_view> labels;
  const auto& descriptor = *v1::Stage_descriptor();
  for (int i = 0; i < descriptor.value_count(); ++i) {
    const auto stage = static_cast<v1::Stage>(descriptor.value(i)->number());
    if (stage != v1::STAGE_UNSPECIFIED) {
      EXPECT_NE(LabelOf(stage), "unspecified") << stage;
    }
    labels.insert(LabelOf(stage));
  }
  EXPECT_EQ(labels.size(), static_cast<size_t>(descriptor.value_count()));
  EXPECT_EQ(LabelOf(v1::ADMISSION), "admission");
}

}  // namespace
}  // namespace edgeplane
