#include "services/registry/describer.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace edgeplane::registry {
namespace {

class ScriptedView final : public OperatorView {
 public:
  Result<v1::DescribeAgentResponse::Description> Describe(std::string_view bearer,
                                                          const std::string& agent_id) override {
    asked_for = std::string(bearer) + " " + agent_id;
    if (failure != v1::ErrorReason::UNSPECIFIED) return MakeError(failure, "so it is");
    v1::DescribeAgentResponse::Description description;
    description.mutable_agent()->set_agent_id(agent_id);
    description.set_queued_commands(3);
    return description;
  }

  ErrorCode failure = v1::ErrorReason::UNSPECIFIED;
  std::string asked_for;
};

class DescriberTest : public testing::Test {
 protected:
  DescriberTest() {
    describer_.Use(view_);
    request_.set_gateway_id("g1");
    request_.set_agent_id("luna1");
    request_.set_bearer("ep_token");
    request_.set_peer_address("10.0.0.1:1");
  }
  Status Ask() {
    response_.Clear();
    return describer_.Describe(request_, response_);
  }

  ScriptedView view_;
  Describer describer_;
  v1::DescribeAgentRequest request_;
  v1::DescribeAgentResponse response_;
};

TEST_F(DescriberTest, GivesWhatTheOperatorsSideKnows) {
  ASSERT_TRUE(Ask().ok());
  EXPECT_EQ(view_.asked_for, "ep_token luna1");
  EXPECT_EQ(response_.description().agent().agent_id(), "luna1");
  EXPECT_EQ(response_.description().queued_commands(), 3);
}

TEST_F(DescriberTest, RefusesATokenThatIsNotKnownOrMayNot) {
  for (const auto& [code, detail] : {std::pair(v1::ErrorReason::TOKEN_REQUIRED, "so it is"),
                                     std::pair(v1::ErrorReason::ROLE_INSUFFICIENT,
                                               "The token is known, but its role does not "
                                               "suffice. so it is")}) {
    view_.failure = code;
    ASSERT_TRUE(Ask().ok());
    EXPECT_EQ(response_.refused().reason(), v1::OPERATOR_TOKEN_UNKNOWN);
    EXPECT_EQ(response_.refused().detail(), detail);
    EXPECT_EQ(response_.refused().presented().credential_kind(), "operator token");
  }
}

TEST_F(DescriberTest, AnAgentThatIsNotThereIsAnAnswer) {
  view_.failure = v1::ErrorReason::AGENT_NOT_FOUND;
  for (const std::string& id : {std::string(), std::string(2000, 'x')}) {
    request_.set_agent_id(id);
    ASSERT_TRUE(Ask().ok());
    EXPECT_TRUE(response_.unknown());
  }
}

TEST_F(DescriberTest, AFailureIsNone) {
  view_.failure = v1::ErrorReason::STORE_UNAVAILABLE;
  const Status status = Ask();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, v1::ErrorReason::STORE_UNAVAILABLE);
  EXPECT_EQ(response_.decision_case(), v1::DescribeAgentResponse::DECISION_NOT_SET);
  EXPECT_FALSE(Describer().Describe(request_, response_).ok());
}

TEST_F(DescriberTest, ChecksTheRequest) {
  const auto expect_invalid = [this](void (*spoil)(v1::DescribeAgentRequest&)) {
    const v1::DescribeAgentRequest sound = request_;
    spoil(request_);
    const Status status = Ask();
    request_ = sound;
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, v1::ErrorReason::INVALID_FIELD);
  };
  expect_invalid([](v1::DescribeAgentRequest& r) { r.clear_gateway_id(); });
  expect_invalid([](v1::DescribeAgentRequest& r) { r.clear_bearer(); });
  expect_invalid([](v1::DescribeAgentRequest& r) { r.set_bearer(std::string(1025, 'b')); });
  expect_invalid([](v1::DescribeAgentRequest& r) { r.set_peer_address(std::string(65, 'p')); });
}

}  // namespace
}  // namespace edgeplane::registry
