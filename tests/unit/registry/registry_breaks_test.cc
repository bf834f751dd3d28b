// How the registry ends, and what survives links that break.
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "base/uuid.h"
#include "services/registry/registry.h"
#include "tests/unit/registry/registry_fixture.h"

namespace edgeplane::registry {
namespace {

// Whether a link is silent or in the middle of something.
TEST_F(RegistryTest, ShutsDownWithLinksOpen) {
  ClientLink idle(*stub_);
  ClientLink welcomed(*stub_);
  ASSERT_TRUE(welcomed.Hello());
  EXPECT_TRUE(welcomed.Read().has_welcome());
  const storage::Fence fence = Admit("a");
  ASSERT_TRUE(welcomed.Opened(fence));
  std::vector<std::string> ids;
  for (int i = 0; i < 100; ++i) ids.push_back(Enqueue("a"));
  Shutdown();
  EXPECT_EQ(welcomed.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(idle.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

// A write that flow control holds up is broken off.
TEST_F(RegistryTest, ShutsDownWithAClientThatDoesNotRead) {
  ClientLink link(*stub_);
  ASSERT_TRUE(link.Hello());
  EXPECT_TRUE(link.Read().has_welcome());
  const storage::Fence fence = Admit("a");
  ASSERT_TRUE(link.Opened(fence));
  // More than the transport takes, and less than the link may hold.
  constexpr int kCommands = 100;
  ASSERT_NO_FATAL_FAILURE(FillLink(link, fence, kCommands));
  Shutdown();
  EXPECT_FALSE(link.Finish().ok());
}

TEST_F(RegistryTest, TakesNoLinksOnceStopped) {
  registry_->Stop();
  ClientLink link(*stub_);
  EXPECT_EQ(link.Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

// A gateway that comes and goes while commands are queued: each is delivered.
TEST_F(RegistryTest, LosesNothingWhileLinksBreak) {
  const storage::Fence fence = Admit("a");
  constexpr size_t kCommands = 300;
  std::thread sender([&] {
    for (size_t i = 0; i < kCommands; ++i) Enqueue("a");
  });
  int64_t ordinal = 0;
  const auto completed = [&] {
    int64_t count = 0;
    const auto counts = store_.CountCommands();
    for (const storage::StateCount& row : *counts) {
      if (row.state == storage::CommandState::kCompleted) count = row.count;
    }
    return static_cast<size_t>(count);
  };
  for (int round = 0; completed() < kCommands && round < 2000; ++round) {
    grpc::ClientContext context;
    SetDeadline(context);
    const auto stream = stub_->Link(&context);
    v1::GatewayMessage hello;
    hello.mutable_hello()->set_gateway_id("g1");
    v1::Hello::HeldSession& held = *hello.mutable_hello()->add_sessions();
    held.set_agent_id(fence.agent_id);
    held.set_session_id(fence.session_id);
    held.set_epoch(fence.epoch);
    ASSERT_TRUE(stream->Write(hello));
    // Answers some, waits until that is durable, and breaks off.
    v1::RegistryMessage message;
    int64_t sequence = 0;
    const int64_t answers = 1 + round % 40;
    while (stream->Read(&message)) {
      if (message.has_confirm() && message.confirm().sequence() >= answers) break;
      if (message.has_deliver() && sequence < answers) {
        v1::GatewayMessage report;
        report.set_sequence(++sequence);
        v1::CommandAck& ack = *report.mutable_command_ack();
        ack.set_agent_id(fence.agent_id);
        ack.set_session_id(fence.session_id);
        ack.set_epoch(fence.epoch);
        ack.set_command_id(message.deliver().command_id());
        ack.set_outcome(v1::CommandAck::COMPLETED);
        ack.set_ordinal(++ordinal);
        stream->Write(report);
      }
      if (completed() == kCommands) break;
    }
    context.TryCancel();
    static_cast<void>(stream->Finish());
  }
  sender.join();
  EXPECT_EQ(completed(), kCommands);
  const auto all = store_.ListCommands({}, {.size = 1000, .from = {}});
  for (const storage::Command& command : all->items) {
    EXPECT_EQ(command.deliveries, 1) << "answered once, delivered once";
  }
}

}  // namespace
}  // namespace edgeplane::registry
