#include "services/admin/desired_configs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using v1::ErrorReason;

class DesiredConfigsTest : public DomainTest {
 protected:
  static v1::SetDesiredConfigRequest Request(const std::string& agent_id, double interval) {
    v1::SetDesiredConfigRequest request;
    request.set_agent_id(agent_id);
    (*request.mutable_config()->mutable_fields())["interval"].set_number_value(interval);
    return request;
  }

  Result<v1::DesiredConfig> Get(const std::string& agent_id) {
    v1::GetDesiredConfigRequest request;
    request.set_agent_id(agent_id);
    return configs_.Get(request);
  }
};

TEST_F(DesiredConfigsTest, NoneIsVersionZero) {
  CreateAgent("a");
  const auto none = Get("a");
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(none->agent_id(), "a");
  EXPECT_EQ(none->version(), 0);
  EXPECT_FALSE(none->has_config());
  EXPECT_FALSE(none->has_update_time());
}

TEST_F(DesiredConfigsTest, SettingCountsTheChangesAndTellsTheOtherSide) {
  CreateAgent("a");
  const auto first = configs_.Set(Request("a", 30));
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_EQ(first->version(), 1);
  EXPECT_EQ(first->config().fields().at("interval").number_value(), 30);
  EXPECT_EQ(first->update_time().seconds(), 1'800'000'000);
  EXPECT_EQ(first->delivered_version(), 0);
  EXPECT_FALSE(first->has_deliver_time());
  EXPECT_EQ(store_.GetDesiredConfig("a")->config_json, "{\"interval\":30}");
  EXPECT_THAT(control_.TakeReconfigured(), ElementsAre("a"));
  EXPECT_EQ(configs_.Set(Request("a", 40))->version(), 2);
  EXPECT_EQ(Get("a")->version(), 2);
}

// What is no change to an agent that has it need not wake anybody; one that has
// not got it yet may have been forgotten by a call that ended in doubt.
TEST_F(DesiredConfigsTest, TheSameAgainIsNoChangeUnlessItIsToBeResent) {
  CreateAgent("a");
  ASSERT_TRUE(configs_.Set(Request("a", 30)).ok());
  EXPECT_EQ(configs_.Set(Request("a", 30))->version(), 1);
  EXPECT_EQ(control_.TakeReconfigured().size(), 2U);

  const storage::Fence fence = Deliver("a");
  ASSERT_TRUE(store_.OfferConfig(fence, 0).ok());
  ASSERT_TRUE(store_.ConfigDelivered(fence, 1, clock_.Now()).ok());
  const auto same = configs_.Set(Request("a", 30));
  EXPECT_EQ(same->version(), 1);
  EXPECT_EQ(same->delivered_version(), 1);
  EXPECT_TRUE(same->has_deliver_time());
  EXPECT_THAT(control_.TakeReconfigured(), IsEmpty());

  auto again = Request("a", 30);
  again.set_resend(true);
  EXPECT_EQ(configs_.Set(again)->version(), 2);
  EXPECT_THAT(control_.TakeReconfigured(), ElementsAre("a"));
  v1::GetAgentRequest get;
  get.set_agent_id("a");
  EXPECT_EQ(agents_.Get(get)->config_version(), 2);
  EXPECT_EQ(agents_.Get(get)->delivered_config_version(), 1);
}

TEST_F(DesiredConfigsTest, Errors) {
  EXPECT_EQ(CodeOf(configs_.Set(Request("ghost", 1))), ErrorReason::AGENT_NOT_FOUND);
  EXPECT_EQ(CodeOf(Get("ghost")), ErrorReason::AGENT_NOT_FOUND);
  CreateAgent("a");
  auto request = Request("a", 1);
  (*request.mutable_config()->mutable_fields())["text"].set_string_value(std::string(65'536, 'x'));
  EXPECT_THAT(FieldsOf(configs_.Set(request)), ElementsAre("config"));
  (*request.mutable_config()->mutable_fields())["text"].set_number_value(std::nan(""));
  EXPECT_THAT(FieldsOf(configs_.Set(request)), ElementsAre("config"));
  request.clear_config();
  EXPECT_THAT(FieldsOf(configs_.Set(request)), ElementsAre("config"));
  EXPECT_THAT(control_.TakeReconfigured(), IsEmpty());
  store_.DoubtOperation(1);
  const auto set = configs_.Set(Request("a", 1));
  ASSERT_EQ(CodeOf(set), ErrorReason::STORE_IN_DOUBT);
  EXPECT_THAT(set.error().message, HasSubstr("Set it again"));
  EXPECT_THAT(control_.TakeReconfigured(), ElementsAre("a"));  // it may well be set
  auto resend = Request("a", 1);
  resend.set_resend(true);
  store_.DoubtOperation(1);
  const auto resent = configs_.Set(resend);
  ASSERT_EQ(CodeOf(resent), ErrorReason::STORE_IN_DOUBT);
  EXPECT_THAT(resent.error().message, HasSubstr("if its version has grown"));
}

TEST_F(DesiredConfigsTest, WhatCannotBeReadIsSaidAsSuch) {
  CreateAgent("a");
  ASSERT_TRUE(store_.SetDesiredConfig("a", "{", false, clock_.Now()).ok());
  EXPECT_EQ(CodeOf(Get("a")), ErrorReason::STORE_CORRUPT);
}

}  // namespace
}  // namespace edgeplane::admin
