#include "services/admin/admin.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "tests/unit/admin/admin_fixture.h"
#include "tests/unit/admin/raw_call.h"
#include "tests/unit/rpc/error_details.h"

namespace edgeplane::admin {
namespace {

using rpc::DetailsOf;
using rpc::ReasonOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;

TEST_F(AdminTest, ErrorsCarryTheirReasonAndTheirFields) {
  v1::GetAgentRequest get;
  get.set_agent_id("ghost");
  v1::Agent agent;
  auto status = Call(&Stub::GetAgent, get, &agent);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(status), "AGENT_NOT_FOUND");
  EXPECT_EQ(DetailsOf(status).domain, "edgeplane");

  v1::CreateAgentRequest create;
  create.set_user_phone("x");
  v1::CreateAgentResponse created;
  status = Call(&Stub::CreateAgent, create, &created);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELD");
  EXPECT_THAT(DetailsOf(status).fields, UnorderedElementsAre("agent_id", "user_phone"));
  EXPECT_THAT(status.error_message(), HasSubstr("agent_id"));
}

// However much is wrong, the client sees this error and not one about headers.
TEST_F(AdminTest, TheWorstRequestStillGetsItsError) {
  v1::ImportAgentRequest request;
  request.set_agent_id(std::string(10'000, '/'));
  for (int i = 0; i < 32; ++i) {
    std::string key(500, '-');
    (*request.mutable_labels())[key + std::to_string(i)] = std::string(5000, 'v');
    request.add_allowed_addresses(std::string(1000, 'x'));
  }
  v1::Agent agent;
  const auto status = Call(&Stub::ImportAgent, request, &agent);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << status.error_message();
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELD");
}

// All methods there are, by the descriptor: a new one cannot be forgotten.
TEST_F(AdminTest, NoMethodWorksWithoutAToken) {
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      "edgeplane.v1.AdminService");
  ASSERT_EQ(service->method_count(), 27);
  for (int i = 0; i < service->method_count(); ++i) {
    const std::string& method = service->method(i)->name();
    const auto status = CallRaw(channel_, method, "", /*authorized=*/false);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED) << method;
    EXPECT_EQ(ReasonOf(status), "TOKEN_REQUIRED") << method;
    EXPECT_THAT(status.error_message(), HasSubstr("authorization: Bearer TOKEN"));
    EXPECT_THAT(metrics_.Render(),
                HasSubstr("edgeplane_admin_calls_total{code=\"UNAUTHENTICATED\",method=\"" +
                          method + "\"} 1"));
  }
  EXPECT_THAT(metrics_.Render(), HasSubstr("edgeplane_admin_auth_failures_total 27"));
}

// And with one, every method is there.
TEST_F(AdminTest, NoMethodIsUnimplemented) {
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      "edgeplane.v1.AdminService");
  for (int i = 0; i < service->method_count(); ++i) {
    const std::string& method = service->method(i)->name();
    if (method == "WatchEvents") continue;  // is there, and never ends
    const auto code = CallRaw(channel_, method, "", /*authorized=*/true).error_code();
    const bool takes_nothing =
        method.starts_with("List") || method == "GetFleetStatus" || method == "CreateJoinToken";
    EXPECT_EQ(code, takes_nothing ? grpc::StatusCode::OK : grpc::StatusCode::INVALID_ARGUMENT)
        << method;
  }
}

TEST_F(AdminTest, ATokenHasToBeTheOneAndOnly) {
  const auto code_with = [this](const std::vector<std::string>& values) {
    grpc::ClientContext context;
    context.set_deadline(Patience());
    for (const std::string& value : values) context.AddMetadata("authorization", value);
    v1::FleetStatus fleet;
    return stub_->GetFleetStatus(&context, {}, &fleet).error_code();
  };
  const std::string good = std::string("Bearer ") + kToken;
  EXPECT_EQ(code_with({good}), grpc::StatusCode::OK);
  EXPECT_EQ(code_with({"Bearer wrong"}), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_EQ(code_with({good, good}), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(AdminTest, CountsCallsByMethodAndCode) {
  CreateAgent("a");
  v1::GetAgentRequest get;
  get.set_agent_id("ghost");
  v1::Agent agent;
  EXPECT_FALSE(Call(&Stub::GetAgent, get, &agent).ok());
  EXPECT_FALSE(Call(&Stub::GetAgent, get, &agent).ok());
  const std::string metrics = metrics_.Render();
  EXPECT_THAT(metrics,
              HasSubstr("edgeplane_admin_calls_total{code=\"OK\",method=\"CreateAgent\"} 1"));
  EXPECT_THAT(metrics,
              HasSubstr("edgeplane_admin_calls_total{code=\"NOT_FOUND\",method=\"GetAgent\"} 2"));
  EXPECT_THAT(metrics,
              HasSubstr("edgeplane_admin_calls_total{code=\"OK\",method=\"DeleteAgent\"} 0"));
}

TEST_F(AdminTest, PagesThroughManyAgents) {
  std::vector<std::string> expected;
  for (int i = 0; i < 250; ++i) {
    char id[32];
    std::snprintf(id, sizeof id, "agent-%03d", i);
    expected.emplace_back(id);
    CreateAgent(id);
  }
  std::vector<std::string> seen;
  std::vector<int> sizes;
  v1::ListAgentsRequest request;
  do {
    v1::ListAgentsResponse page;
    const auto status = Call(&Stub::ListAgents, request, &page);
    ASSERT_TRUE(status.ok()) << status.error_message();
    for (const v1::Agent& agent : page.agents()) seen.push_back(agent.agent_id());
    sizes.push_back(page.agents_size());
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(seen, expected);
  EXPECT_THAT(sizes, ElementsAre(100, 100, 50));

  request.set_page_token("bm90IG9uZQ");
  v1::ListAgentsResponse page;
  EXPECT_EQ(ReasonOf(Call(&Stub::ListAgents, request, &page)), "PAGE_TOKEN_INVALID");
}

// gRPC answers these before any of our code runs; what matters is that it does,
// and goes on.
TEST_F(AdminTest, BytesThatAreNoMessageAreRefused) {
  for (const std::string& bytes :
       {std::string("\xff\xff\xff\xff"), std::string("\x0a\x7f", 2), std::string("\x0a\x01\xff")}) {
    EXPECT_EQ(CallRaw(channel_, "GetAgent", bytes, true).error_code(),
              grpc::StatusCode::UNIMPLEMENTED);
  }
  EXPECT_EQ(CallRaw(channel_, "NoSuchMethod", "", true).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
  CreateAgent("a");
}

TEST_F(AdminTest, MessagesThatAreTooLargeAreRefused) {
  EXPECT_EQ(CallRaw(channel_, "GetAgent", std::string(2 * 1024 * 1024, 'x'), true).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
  CreateAgent("a");
}

TEST_F(AdminTest, TheDeepestPayloadGoesThereAndBack) {
  CreateAgent("a");
  v1::SendCommandRequest request;
  request.set_agent_id("a");
  request.set_type("t");
  google::protobuf::Struct* at = request.mutable_payload();
  for (int depth = 1; depth < 32; ++depth) {
    at = (*at->mutable_fields())["o"].mutable_struct_value();
  }
  (*at->mutable_fields())["n"].set_number_value(1);
  v1::Command sent;
  auto status = Call(&Stub::SendCommand, request, &sent);
  ASSERT_TRUE(status.ok()) << status.error_message();
  v1::ListCommandsResponse listed;
  status = Call(&Stub::ListCommands, v1::ListCommandsRequest(), &listed);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(listed.commands(0).payload().SerializeAsString(),
            request.payload().SerializeAsString());

  (*(*at->mutable_fields())["o"].mutable_struct_value()->mutable_fields())["n"].set_number_value(1);
  status = Call(&Stub::SendCommand, request, &sent);
  EXPECT_THAT(DetailsOf(status).fields, ElementsAre("payload"));
}

TEST_F(AdminTest, AFailingStoreIsSaidAsSuch) {
  store_.FailOperation(1, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "The store is away."));
  v1::FleetStatus fleet;
  const auto status = Call(&Stub::GetFleetStatus, v1::GetFleetStatusRequest(), &fleet);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "STORE_UNAVAILABLE");
}

TEST_F(AdminTest, NothingOfASecretIsInMetrics) {
  v1::CreateAgentRequest request;
  request.set_agent_id("a");
  request.set_user_phone("+15551234568");
  v1::CreateAgentResponse response;
  ASSERT_TRUE(Call(&Stub::CreateAgent, request, &response).ok());
  EXPECT_THAT(metrics_.Render(), Not(HasSubstr(response.secret())));
}

}  // namespace
}  // namespace edgeplane::admin
