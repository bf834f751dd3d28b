// Secrets, join tokens, configurations and events: the limits of their requests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "services/admin/validation.h"
#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

using testing::ElementsAre;

TEST(Validation, SecretsAreRotatedWithinLimits) {
  v1::RotateSecretRequest request;
  request.set_agent_id("a");
  EXPECT_TRUE(Validate(request).ok());
  request.mutable_overlap();
  EXPECT_TRUE(Validate(request).ok());
  request.mutable_overlap()->set_seconds(30 * 86400);
  EXPECT_TRUE(Validate(request).ok());
  request.mutable_overlap()->set_nanos(1);
  EXPECT_THAT(FieldsOf(Validate(request)), ElementsAre("overlap"));
  request.mutable_overlap()->set_seconds(-1);
  request.mutable_overlap()->set_nanos(0);
  request.set_agent_id("a b");
  EXPECT_THAT(FieldsOf(Validate(request)), ElementsAre("agent_id", "overlap"));
  EXPECT_THAT(FieldsOf(Validate(v1::RetireSecretRequest())), ElementsAre("agent_id"));
  EXPECT_THAT(FieldsOf(Validate(v1::DisconnectAgentRequest())), ElementsAre("agent_id"));
}

TEST(Validation, JoinTokens) {
  v1::CreateJoinTokenRequest request;
  EXPECT_TRUE(Validate(request).ok());
  request.set_description(std::string(200, 'd'));
  request.set_user_phone("+15551234568");
  request.set_max_uses(1'000'000);
  request.mutable_ttl()->set_seconds(3650LL * 86400);
  EXPECT_TRUE(Validate(request).ok());
  request.mutable_ttl()->set_seconds(1);
  EXPECT_TRUE(Validate(request).ok());
  request.set_description(std::string(201, 'd'));
  request.set_user_phone("call me");
  (*request.mutable_labels())["Upper"] = "v";
  request.set_max_uses(1'000'001);
  request.mutable_ttl()->set_seconds(3650LL * 86400 + 1);
  EXPECT_THAT(FieldsOf(Validate(request)),
              ElementsAre("description", "user_phone", "labels[\"Upper\"]", "max_uses", "ttl"));
  request = {};
  request.set_max_uses(-1);
  request.mutable_ttl()->set_nanos(999'999'999);
  EXPECT_THAT(FieldsOf(Validate(request)), ElementsAre("max_uses", "ttl"));
  v1::ListJoinTokensRequest list;
  list.set_page_size(1001);
  EXPECT_THAT(FieldsOf(Validate(list)), ElementsAre("page_size"));
  EXPECT_THAT(FieldsOf(Validate(v1::RevokeJoinTokenRequest())), ElementsAre("join_token_id"));
}

TEST(Validation, ConfigurationsAndEvents) {
  v1::SetDesiredConfigRequest set;
  EXPECT_THAT(FieldsOf(Validate(set)), ElementsAre("agent_id", "config"));
  set.set_agent_id("a");
  set.mutable_config();
  EXPECT_TRUE(Validate(set).ok());
  EXPECT_THAT(FieldsOf(Validate(v1::GetDesiredConfigRequest())), ElementsAre("agent_id"));

  v1::ListEventsRequest list;
  EXPECT_TRUE(Validate(list).ok());
  list.set_page_size(-1);
  list.mutable_filter()->set_agent_id("a b");
  list.mutable_filter()->set_event_type(std::string(129, 't'));
  EXPECT_THAT(FieldsOf(Validate(list)),
              ElementsAre("page_size", "filter.agent_id", "filter.event_type"));
  v1::WatchEventsRequest watch;
  *watch.mutable_filter() = list.filter();
  EXPECT_THAT(FieldsOf(Validate(watch)), ElementsAre("filter.agent_id", "filter.event_type"));
  watch.mutable_filter()->set_agent_id("a");
  watch.mutable_filter()->set_event_type(std::string(128, 't'));
  EXPECT_TRUE(Validate(watch).ok());
}

}  // namespace
}  // namespace edgeplane::admin
