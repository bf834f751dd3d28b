// The service behind a ScriptedRegistry. Included by its own files only.
#pragma once

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/server_callback.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/timestamp.h"
#include "edgeplane/v1/agent_registry.grpc.pb.h"
#include "tests/unit/gateway/support/scripted_registry.h"

namespace edgeplane::gateway {

class ScriptedRegistry::Impl : public v1::AgentRegistry::CallbackService {
 public:
  Impl() {
    grpc::ServerBuilder builder;
    builder.RegisterService(this);
    server = builder.BuildAndStart();
  }
  ~Impl() override {
    {
      const std::lock_guard lock(mutex);
      refuse_links = true;
    }
    if (const auto link = Present()) link->End(grpc::Status::OK);
    server->Shutdown(std::chrono::system_clock::now() + kPatience);
    server->Wait();
  }

  // --- unary calls ---
  class Pending : public grpc::ServerUnaryReactor {
   public:
    void OnCancel() override { Finish(grpc::Status::CANCELLED); }
    void OnDone() override { delete this; }
  };
  template <class Request, class Response>
  struct Part {
    Script<Request, Response> script;
    std::vector<Request> seen;
  };
  template <class Request, class Response>
  grpc::ServerUnaryReactor* Serve(Part<Request, Response>& part,
                                  grpc::CallbackServerContext* context, const Request* request,
                                  Response* response) {
    Script<Request, Response> script;
    grpc::Status status;
    {
      const std::lock_guard lock(mutex);
      part.seen.push_back(*request);
      script = part.script;
      status = failure;
      changed.notify_all();
    }
    const std::optional<Response> answer = script(*request);
    if (!answer) return new Pending;
    *response = *answer;
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(status);
    return reactor;
  }
  grpc::ServerUnaryReactor* Admit(grpc::CallbackServerContext* context,
                                  const v1::AdmitRequest* request,
                                  v1::AdmitResponse* response) override {
    return Serve(admit, context, request, response);
  }
  grpc::ServerUnaryReactor* Sync(grpc::CallbackServerContext* context,
                                 const v1::SyncRequest* request,
                                 v1::SyncResponse* response) override {
    return Serve(sync, context, request, response);
  }
  grpc::ServerUnaryReactor* Acknowledge(grpc::CallbackServerContext* context,
                                        const v1::AcknowledgeRequest* request,
                                        v1::AcknowledgeResponse* response) override {
    return Serve(acknowledge, context, request, response);
  }
  grpc::ServerUnaryReactor* Register(grpc::CallbackServerContext* context,
                                     const v1::RegisterRequest* request,
                                     v1::RegisterResponse* response) override {
    return Serve(joining, context, request, response);
  }
  grpc::ServerUnaryReactor* DescribeAgent(grpc::CallbackServerContext* context,
                                          const v1::DescribeAgentRequest* request,
                                          v1::DescribeAgentResponse* response) override {
    return Serve(describe, context, request, response);
  }

  // --- Link ---
  class LinkReactor : public grpc::ServerBidiReactor<v1::GatewayMessage, v1::RegistryMessage> {
   public:
    LinkReactor(Impl& impl, size_t index) : impl_(impl), index_(index) {}
    void Begin(std::shared_ptr<LinkReactor> self) {
      self_ = std::move(self);
      StartRead(&in_);
    }
    void Send(v1::RegistryMessage message) {
      const std::lock_guard lock(mutex_);
      if (finished_) return;
      queue_.push_back(std::move(message));
      if (queue_.size() == 1) StartWrite(&queue_.front());
    }
    void End(const grpc::Status& status) {
      const std::lock_guard lock(mutex_);
      if (!finished_) Finish(status);
      finished_ = true;
    }
    void OnReadDone(bool ok) override {
      if (!ok) return End(grpc::Status::OK);
      impl_.Received(*this, index_, in_);
      StartRead(&in_);
    }
    void OnWriteDone(bool ok) override {
      const std::lock_guard lock(mutex_);
      queue_.pop_front();
      if (ok && !finished_ && !queue_.empty()) StartWrite(&queue_.front());
    }
    void OnCancel() override { End(grpc::Status::CANCELLED); }
    void OnDone() override {
      impl_.Gone(this);
      self_.reset();
    }

   private:
    Impl& impl_;
    const size_t index_;
    std::shared_ptr<LinkReactor> self_;  // until gRPC is done with it
    v1::GatewayMessage in_;
    std::mutex mutex_;
    std::deque<v1::RegistryMessage> queue_;
    bool finished_ = false;
  };
  grpc::ServerBidiReactor<v1::GatewayMessage, v1::RegistryMessage>* Link(
      grpc::CallbackServerContext* /*context*/) override {
    const std::lock_guard lock(mutex);
    const auto link = std::make_shared<LinkReactor>(*this, links++);
    link->Begin(link);
    if (refuse_links) {
      link->End({grpc::StatusCode::UNAVAILABLE, "not now"});
    } else {
      present = link;
    }
    changed.notify_all();
    return link.get();
  }
  void Received(LinkReactor& link, size_t index, const v1::GatewayMessage& message) {
    v1::RegistryMessage answer;
    {
      const std::lock_guard lock(mutex);
      received.emplace_back(index, message);
      if (message.has_hello() && welcome) answer.mutable_welcome()->set_registry_version("test");
      if (answer.has_welcome() && lease) SetLease(*answer.mutable_welcome());
      if (message.has_hello()) last_renewal = 0;
      if (message.has_renew_lease() && renew) {
        const int64_t before = std::exchange(last_renewal, message.renew_lease().number());
        const int64_t number = renew_late ? before : last_renewal;
        if (number > 0) {
          answer.mutable_lease_renewed()->set_number(number);
          SetLease(*answer.mutable_lease_renewed());
        }
      }
      if (message.sequence() > 0 && confirm) {
        answer.mutable_confirm()->set_sequence(message.sequence());
      }
      changed.notify_all();
    }
    if (answer.message_case() != v1::RegistryMessage::MESSAGE_NOT_SET) link.Send(answer);
  }
  // With mutex held.
  template <class Message>
  void SetLease(Message& message) const {
    SetDuration(*lease, *message.mutable_lease());
  }
  void Gone(const LinkReactor* link) {
    const std::lock_guard lock(mutex);
    if (present.get() == link) present = nullptr;
  }
  std::shared_ptr<LinkReactor> Present() {
    const std::lock_guard lock(mutex);
    return present;
  }
  void Send(const v1::RegistryMessage& message) {
    if (const auto link = Present()) link->Send(message);
  }

  std::unique_ptr<grpc::Server> server;
  mutable std::mutex mutex;
  std::condition_variable changed;
  grpc::Status failure;
  Part<v1::AdmitRequest, v1::AdmitResponse> admit{
      [](const auto& request) { return Admitted("session-of-" + request.agent_id()); }, {}};
  Part<v1::SyncRequest, v1::SyncResponse> sync{[](const auto&) {
                                                 v1::SyncResponse response;
                                                 response.mutable_result();
                                                 return response;
                                               },
                                               {}};
  Part<v1::AcknowledgeRequest, v1::AcknowledgeResponse> acknowledge{
      [](const auto&) {
        v1::AcknowledgeResponse response;
        response.set_verdict(v1::AcknowledgeResponse::APPLIED);
        return response;
      },
      {}};
  Part<v1::RegisterRequest, v1::RegisterResponse> joining{
      [](const auto&) { return v1::RegisterResponse(); }, {}};
  Part<v1::DescribeAgentRequest, v1::DescribeAgentResponse> describe{
      [](const auto&) { return v1::DescribeAgentResponse(); }, {}};
  bool welcome = true;
  std::optional<std::chrono::microseconds> lease;
  bool renew = true;
  bool renew_late = false;
  int64_t last_renewal = 0;  // asked for over the present link
  bool confirm = true;
  bool refuse_links = false;
  size_t links = 0;
  std::shared_ptr<LinkReactor> present;
  std::vector<std::pair<size_t, v1::GatewayMessage>> received;
};

}  // namespace edgeplane::gateway
