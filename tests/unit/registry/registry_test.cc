// The registry behind a real gRPC server, with a real client.
#include "services/registry/registry.h"

#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "base/uuid.h"
#include "tests/unit/registry/registry_fixture.h"

namespace edgeplane::registry {
namespace {

TEST_F(RegistryTest, AdmitsDeliversAndConfirms) {
  ClientLink link(*stub_);
  ASSERT_TRUE(link.Hello());
  EXPECT_TRUE(link.Read().has_welcome());
  const storage::Fence fence = Admit("a");
  ASSERT_FALSE(fence.session_id.empty());
  const std::string early = Enqueue("a");
  ASSERT_TRUE(link.Opened(fence));
  EXPECT_EQ(link.ReadUntil(v1::RegistryMessage::kDeliver).deliver().command_id(), early);
  const std::string late = Enqueue("a");
  EXPECT_EQ(link.ReadUntil(v1::RegistryMessage::kDeliver).deliver().command_id(), late);
  ASSERT_TRUE(link.Ack(fence, early));
  while (true) {
    const v1::RegistryMessage message = link.ReadUntil(v1::RegistryMessage::kConfirm);
    ASSERT_TRUE(message.has_confirm());
    if (message.confirm().sequence() == link.sequence()) break;
  }
  EXPECT_EQ(store_.GetCommand(early)->state, storage::CommandState::kCompleted);
}

TEST_F(RegistryTest, TellsTheGatewayOfATakeover) {
  ClientLink link(*stub_);
  ASSERT_TRUE(link.Hello());
  EXPECT_TRUE(link.Read().has_welcome());
  const storage::Fence first = Admit("a");
  ASSERT_TRUE(link.Opened(first));
  Admit("a", "g2");
  const v1::EndSession end = link.ReadUntil(v1::RegistryMessage::kEndSession).end_session();
  EXPECT_EQ(end.session_id(), first.session_id);
  EXPECT_EQ(end.reason(), v1::SUPERSEDED);
}

TEST_F(RegistryTest, RefusalsAreAnswersAndMistakesAreStatuses) {
  grpc::ClientContext refused_context;
  SetDeadline(refused_context);
  v1::AdmitRequest request;
  request.set_gateway_id("g1");
  request.set_agent_id("nobody");
  request.set_bearer(kSecret);
  v1::AdmitResponse response;
  ASSERT_TRUE(stub_->Admit(&refused_context, request, &response).ok());
  EXPECT_EQ(response.refused().reason(), v1::AGENT_UNKNOWN);

  grpc::ClientContext context;
  SetDeadline(context);
  request.clear_agent_id();
  EXPECT_EQ(stub_->Admit(&context, request, &response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(RegistryTest, ALinkMayEndItself) {
  ClientLink link(*stub_);
  ASSERT_TRUE(link.Hello());
  EXPECT_TRUE(link.Read().has_welcome());
  link.WritesDone();
  EXPECT_TRUE(link.Finish().ok());
}

TEST_F(RegistryTest, ALinkWithoutHelloEnds) {
  ClientLink link(*stub_);
  link.Opened({"a", NewUuid(clock_.Now()), 1});
  EXPECT_EQ(link.Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(RegistryTest, ASecondLinkReplacesTheFirst) {
  ClientLink first(*stub_);
  ASSERT_TRUE(first.Hello());
  EXPECT_TRUE(first.Read().has_welcome());
  const storage::Fence fence = Admit("a");
  ASSERT_TRUE(first.Opened(fence));
  EXPECT_TRUE(first.ReadUntil(v1::RegistryMessage::kConfirm).has_confirm());

  ClientLink second(*stub_);
  ASSERT_TRUE(second.Hello({fence}));
  EXPECT_TRUE(second.Read().has_welcome());
  EXPECT_EQ(first.Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  const std::string id = Enqueue("a");
  EXPECT_EQ(second.ReadUntil(v1::RegistryMessage::kDeliver).deliver().command_id(), id);
}

// Reads one report at a time.
class TightRegistryTest : public RegistryTest {
 protected:
  static RegistrySettings TightSettings() {
    RegistrySettings settings = Settings();
    settings.link_inbox_max = 1;
    return settings;
  }
  TightRegistryTest() : RegistryTest(TightSettings()) {}
};

TEST_F(TightRegistryTest, ManyReportsComeThroughInOrder) {
  ClientLink link(*stub_);
  ASSERT_TRUE(link.Hello());
  EXPECT_TRUE(link.Read().has_welcome());
  const storage::Fence fence = Admit("a");
  ASSERT_TRUE(link.Opened(fence));
  const std::string id = Enqueue("a");
  EXPECT_EQ(link.ReadUntil(v1::RegistryMessage::kDeliver).deliver().command_id(), id);
  constexpr int64_t kReports = 3000;
  std::thread writer([&] {
    for (int64_t i = 0; i < kReports; ++i) {
      if (!link.Ack(fence, id)) return;
    }
  });
  int64_t last = 0;
  while (last < kReports + 1) {
    const v1::RegistryMessage message = link.ReadUntil(v1::RegistryMessage::kConfirm);
    if (!message.has_confirm()) break;
    EXPECT_GT(message.confirm().sequence(), last);
    last = message.confirm().sequence();
  }
  writer.join();
  EXPECT_EQ(last, kReports + 1);
}

}  // namespace
}  // namespace edgeplane::registry
