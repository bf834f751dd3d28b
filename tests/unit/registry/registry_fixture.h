// A registry behind a real gRPC server, and clients of it.
#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/timestamp.h"
#include "base/uuid.h"
#include "edgeplane/v1/agent_registry.grpc.pb.h"
#include "services/registry/registry.h"
#include "storage/memory/memory_store.h"
#include "tests/unit/registry/standstill.h"

namespace edgeplane::registry {

// Knows one token and every agent.
class OneTokenView final : public OperatorView {
 public:
  Result<v1::DescribeAgentResponse::Description> Describe(std::string_view bearer,
                                                          const std::string& agent_id) override {
    if (bearer != "ep_token") return MakeError(v1::ErrorReason::TOKEN_REQUIRED, "Not known.");
    v1::DescribeAgentResponse::Description description;
    description.mutable_agent()->set_agent_id(agent_id);
    return description;
  }
};

class ClientLink;

class RegistryTest : public testing::Test {
 protected:
  explicit RegistryTest(const RegistrySettings& settings = Settings())
      : registry_(std::make_unique<Registry>(settings, store_, vault_, clock_, metrics_)) {
    for (const char* id : {"a", "b"}) {
      storage::Agent agent;
      agent.agent_id = id;
      const storage::SealedSecret secret{
          vault_.SealSecret(kSecret, id), vault_.Fingerprint(kSecret), clock_.Now(), {}};
      EXPECT_TRUE(store_.CreateAgent(agent, secret).ok());
    }
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&registry_->service());
    server_ = builder.BuildAndStart();
    registry_->SetOperatorView(view_);
    registry_->Start();
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                   grpc::InsecureChannelCredentials());
    stub_ = v1::AgentRegistry::NewStub(channel_);
  }
  ~RegistryTest() override { Shutdown(); }

  void Shutdown() {
    if (!server_) return;
    registry_->Stop();
    server_->Shutdown();  // without a deadline: Stop has ended what would hold it up
    server_->Wait();
    server_.reset();
    registry_.reset();
  }

  static void SetDeadline(grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  }

  storage::Fence Admit(const std::string& agent_id, const std::string& gateway_id = "g1") {
    grpc::ClientContext context;
    SetDeadline(context);
    v1::AdmitRequest request;
    request.set_gateway_id(gateway_id);
    request.set_agent_id(agent_id);
    request.set_bearer(kSecret);
    request.set_peer_address("10.0.0.1:1");
    v1::AdmitResponse response;
    const grpc::Status status = stub_->Admit(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return {agent_id, response.admitted().session_id(), response.admitted().epoch()};
  }

  std::string Enqueue(const std::string& agent_id, const std::string& payload = "{}") {
    storage::NewCommand command;
    command.command_id = NewUuid(clock_.Now());
    command.agent_id = agent_id;
    command.type = "print";
    command.payload_json = payload;
    command.create_time = clock_.Now();
    command.expire_time = clock_.Now() + std::chrono::hours(1);
    EXPECT_TRUE(store_.EnqueueCommand(command, 1'000'000).ok());
    registry_->control().CommandQueued(agent_id);
    return command.command_id;
  }

  static RegistrySettings Settings() {
    RegistrySettings settings;
    settings.registry_workers = 4;
    settings.sweep_interval = std::chrono::milliseconds(20);
    return settings;
  }

  // Commands for agent "a" of 60 kB each, on their way over a link that nobody reads.
  void FillLink(ClientLink& link, const storage::Fence& fence, int commands);

  const std::string kSecret = std::string(64, 'a');
  const SystemClock clock_;
  storage::MemoryStore store_;
  MetricsRegistry metrics_;
  OneTokenView view_;
  const Vault vault_{Secret(std::string(32, 'k'))};
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::AgentRegistry::Stub> stub_;
};

// One end of a link.
class ClientLink {
 public:
  explicit ClientLink(v1::AgentRegistry::Stub& stub) {
    // Later than any test may take: a link that hangs must not end by itself.
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::hours(1));
    stream_ = stub.Link(&context_);
  }
  ~ClientLink() {
    if (!finished_) {
      context_.TryCancel();
      Finish();
    }
  }

  bool Hello(const std::vector<storage::Fence>& held = {}) {
    v1::GatewayMessage message;
    message.mutable_hello()->set_gateway_id("g1");
    for (const storage::Fence& fence : held) Set(fence, *message.mutable_hello()->add_sessions());
    return stream_->Write(message);
  }
  bool Opened(const storage::Fence& fence) {
    v1::GatewayMessage message;
    message.set_sequence(++sequence_);
    Set(fence, *message.mutable_session_opened());
    return stream_->Write(message);
  }
  bool Ack(const storage::Fence& fence, const std::string& command_id) {
    v1::GatewayMessage message;
    message.set_sequence(++sequence_);
    v1::CommandAck& ack = *message.mutable_command_ack();
    Set(fence, ack);
    ack.set_command_id(command_id);
    ack.set_outcome(v1::CommandAck::COMPLETED);
    ack.set_ordinal(++ordinal_);
    return stream_->Write(message);
  }
  bool Written(const storage::Fence& fence, const std::string& command_id) {
    v1::GatewayMessage message;
    v1::CommandWritten& written = *message.mutable_command_written();
    written.set_agent_id(fence.agent_id);
    written.set_session_id(fence.session_id);
    written.set_command_id(command_id);
    return stream_->Write(message);
  }
  // The next message; an empty one when the stream has ended.
  v1::RegistryMessage Read() {
    v1::RegistryMessage message;
    static_cast<void>(stream_->Read(&message));
    return message;
  }
  // Reads until a message of this kind comes, or the stream ends.
  v1::RegistryMessage ReadUntil(v1::RegistryMessage::MessageCase kind) {
    v1::RegistryMessage message;
    while (stream_->Read(&message)) {
      if (message.message_case() == kind) return message;
    }
    return {};
  }
  int64_t sequence() const { return sequence_; }
  void WritesDone() { stream_->WritesDone(); }
  grpc::Status Finish() {
    finished_ = true;
    v1::RegistryMessage rest;
    while (stream_->Read(&rest)) {
    }
    return stream_->Finish();
  }

 private:
  template <class Message>
  static void Set(const storage::Fence& fence, Message& message) {
    message.set_agent_id(fence.agent_id);
    message.set_session_id(fence.session_id);
    message.set_epoch(fence.epoch);
  }

  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::GatewayMessage, v1::RegistryMessage>> stream_;
  int64_t sequence_ = 0;
  int64_t ordinal_ = 0;
  bool finished_ = false;
};

inline void RegistryTest::FillLink(ClientLink& link, const storage::Fence& fence, int commands) {
  const std::string payload = R"({"a":")" + std::string(60'000, 'x') + R"("})";
  for (int i = 0; i < commands; ++i) {
    const std::string id = Enqueue("a", payload);
    while (store_.GetCommand(id)->state == storage::CommandState::kQueued) {
      std::this_thread::yield();
    }
    // Claimed, and now sent as well: nobody says that it is written before that.
    { const Standstill sent(registry_->pool(), 4); }
    ASSERT_TRUE(link.Written(fence, id));
  }
}

}  // namespace edgeplane::registry
