// The calls for polling agents behind a real gRPC server, and what happens to
// calls and directions while everything else stands still.
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "base/crypto.h"
#include "services/registry/registry.h"
#include "tests/unit/registry/polling_requests.h"
#include "tests/unit/registry/registry_fixture.h"

namespace edgeplane::registry {
namespace {

TEST_F(RegistryTest, HandsOutAndTakesAcknowledgements) {
  const std::string id = Enqueue("a");
  grpc::ClientContext sync_context;
  SetDeadline(sync_context);
  v1::SyncResponse synced;
  ASSERT_TRUE(stub_->Sync(&sync_context, SyncOf("a", clock_.Now()), &synced).ok());
  EXPECT_EQ(HandedOut(synced), std::vector<std::string>{id});

  grpc::ClientContext ack_context;
  SetDeadline(ack_context);
  v1::AcknowledgeResponse acknowledged;
  ASSERT_TRUE(
      stub_->Acknowledge(&ack_context, AcknowledgeOf("a", clock_.Now(), id), &acknowledged).ok());
  EXPECT_EQ(acknowledged.verdict(), v1::AcknowledgeResponse::APPLIED);
  EXPECT_EQ(store_.GetCommand(id)->state, storage::CommandState::kCompleted);
}

TEST_F(RegistryTest, RegistersAndDescribes) {
  storage::JoinToken token;
  token.join_token_id = NewUuid(clock_.Now());
  token.sha256 = Sha256("ejt_token");
  token.expire_time = clock_.Now() + std::chrono::hours(1);
  ASSERT_TRUE(store_.CreateJoinToken(token).ok());
  grpc::ClientContext register_context;
  SetDeadline(register_context);
  v1::RegisterRequest request;
  request.set_gateway_id("g1");
  request.set_user_phone("+15551234568");
  request.set_registration_token("ejt_token");
  v1::RegisterResponse registered;
  ASSERT_TRUE(stub_->Register(&register_context, request, &registered).ok());
  EXPECT_EQ(registered.registered().agent_id(), "edge_15551234568");

  v1::DescribeAgentRequest question;
  question.set_gateway_id("g1");
  question.set_agent_id("edge_15551234568");
  question.set_bearer("ep_token");
  grpc::ClientContext describe_context;
  SetDeadline(describe_context);
  v1::DescribeAgentResponse described;
  ASSERT_TRUE(stub_->DescribeAgent(&describe_context, question, &described).ok());
  EXPECT_EQ(described.description().agent().agent_id(), "edge_15551234568");
  grpc::ClientContext again;
  SetDeadline(again);
  question.set_bearer("other");
  ASSERT_TRUE(stub_->DescribeAgent(&again, question, &described).ok());
  EXPECT_EQ(described.refused().reason(), v1::OPERATOR_TOKEN_UNKNOWN);
}

TEST_F(RegistryTest, AStoreThatStandsStillHoldsNoUpgrade) {
  {
    const Standstill standstill(registry_->pool(), 4);
    // The server hears of an end somewhat later, so the last one is another agent's.
    for (int i = 0; i < 21; ++i) {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() +
                           std::chrono::milliseconds(i < 20 ? 20 : 200));
      v1::AdmitRequest request;
      request.set_gateway_id("g1");
      request.set_agent_id(i < 20 ? "a" : "b");
      request.set_bearer(kSecret);
      v1::AdmitResponse response;
      EXPECT_EQ(stub_->Admit(&context, request, &response).error_code(),
                grpc::StatusCode::DEADLINE_EXCEEDED);
    }
  }
  // Behind them: nothing of what nobody waited for was done.
  EXPECT_FALSE(Admit("a").session_id.empty());
  EXPECT_NE(metrics_.Render().find("edgeplane_takeovers_total 0\n"), std::string::npos);
}

// Disabling, deleting and rotating must not wait for what is to be delivered.
TEST_F(RegistryTest, TheEndOfASessionOvertakesWhatWaitsForIt) {
  ClientLink link(*stub_);
  ASSERT_TRUE(link.Hello());
  EXPECT_TRUE(link.Read().has_welcome());
  const storage::Fence fence = Admit("a");
  ASSERT_TRUE(link.Opened(fence));
  // More than the transport takes, and less than the link may hold.
  constexpr int kCommands = 170;
  ASSERT_NO_FATAL_FAILURE(FillLink(link, fence, kCommands));
  {
    const Standstill standstill(registry_->pool(), 4);
    registry_->control().EndSession("a", v1::DISABLED);
    int before = 0;
    for (v1::RegistryMessage message; !message.has_end_session(); message = link.Read()) {
      if (message.has_deliver()) ++before;
      ASSERT_LT(before, kCommands);
    }
    EXPECT_TRUE(link.Read().has_deliver()) << "others still follow";
  }
}

}  // namespace
}  // namespace edgeplane::registry
