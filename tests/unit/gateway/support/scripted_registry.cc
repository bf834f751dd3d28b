#include "tests/unit/gateway/support/scripted_registry.h"

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/server_callback.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "edgeplane/v1/agent_registry.grpc.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

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

  // --- Admit ---
  class Pending : public grpc::ServerUnaryReactor {
   public:
    void OnCancel() override { Finish(grpc::Status::CANCELLED); }
    void OnDone() override { delete this; }
  };
  grpc::ServerUnaryReactor* Admit(grpc::CallbackServerContext* context,
                                  const v1::AdmitRequest* request,
                                  v1::AdmitResponse* response) override {
    Decision decide;
    std::optional<grpc::Status> fail;
    {
      const std::lock_guard lock(mutex);
      admits.push_back(*request);
      decide = decision;
      fail = failure;
      changed.notify_all();
    }
    if (fail) {
      grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
      reactor->Finish(*fail);
      return reactor;
    }
    const std::optional<v1::AdmitResponse> answer =
        decide ? decide(*request) : Admitted("session-of-" + request->agent_id());
    if (!answer) return new Pending;
    *response = *answer;
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
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
      if (message.sequence() > 0 && confirm) {
        answer.mutable_confirm()->set_sequence(message.sequence());
      }
      changed.notify_all();
    }
    if (answer.message_case() != v1::RegistryMessage::MESSAGE_NOT_SET) link.Send(answer);
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
  Decision decision;
  std::optional<grpc::Status> failure;
  std::vector<v1::AdmitRequest> admits;
  bool welcome = true;
  bool confirm = true;
  bool refuse_links = false;
  size_t links = 0;
  std::shared_ptr<LinkReactor> present;
  std::vector<std::pair<size_t, v1::GatewayMessage>> received;
};

ScriptedRegistry::ScriptedRegistry() : impl_(std::make_unique<Impl>()) {}
ScriptedRegistry::~ScriptedRegistry() = default;

std::shared_ptr<grpc::Channel> ScriptedRegistry::channel() {
  return impl_->server->InProcessChannel(grpc::ChannelArguments());
}

void ScriptedRegistry::Decide(Decision decision) {
  const std::lock_guard lock(impl_->mutex);
  impl_->decision = std::move(decision);
}

void ScriptedRegistry::FailAdmits(v1::ErrorReason::Code reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(v1::ErrorReason::Code_Name(reason));
  info.set_domain("edgeplane");
  google::rpc::Status rich;
  rich.set_code(grpc::StatusCode::UNAVAILABLE);
  rich.add_details()->PackFrom(info);
  const std::lock_guard lock(impl_->mutex);
  impl_->failure = grpc::Status(grpc::StatusCode::UNAVAILABLE, "no", rich.SerializeAsString());
}

v1::AdmitResponse ScriptedRegistry::Admitted(const std::string& session_id, int64_t epoch) {
  v1::AdmitResponse response;
  response.mutable_admitted()->set_session_id(session_id);
  response.mutable_admitted()->set_epoch(epoch);
  return response;
}

v1::AdmitResponse ScriptedRegistry::Refused(v1::Reason reason, const std::string& detail) {
  v1::AdmitResponse response;
  response.mutable_refused()->set_reason(reason);
  response.mutable_refused()->set_detail(detail);
  return response;
}

bool ScriptedRegistry::AwaitAdmits(size_t count) {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(lock, kPatience, [&] { return impl_->admits.size() >= count; });
}

std::vector<v1::AdmitRequest> ScriptedRegistry::admits() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->admits;
}

void ScriptedRegistry::Welcome(bool welcome) {
  const std::lock_guard lock(impl_->mutex);
  impl_->welcome = welcome;
}

void ScriptedRegistry::Confirm(bool confirm) {
  const std::lock_guard lock(impl_->mutex);
  impl_->confirm = confirm;
}

void ScriptedRegistry::BreakLink(bool refuse_new) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->refuse_links = refuse_new;
  }
  if (const auto link = impl_->Present()) link->End({grpc::StatusCode::UNAVAILABLE, "broken"});
}

void ScriptedRegistry::AllowLinks() {
  const std::lock_guard lock(impl_->mutex);
  impl_->refuse_links = false;
}

bool ScriptedRegistry::AwaitLinks(size_t count) {
  std::unique_lock lock(impl_->mutex);
  return impl_->changed.wait_for(lock, kPatience, [&] { return impl_->links >= count; });
}

void ScriptedRegistry::Deliver(const v1::Deliver& command) {
  v1::RegistryMessage message;
  *message.mutable_deliver() = command;
  impl_->Send(message);
}

void ScriptedRegistry::EndSession(const std::string& session_id, v1::Disconnect reason) {
  v1::RegistryMessage message;
  message.mutable_end_session()->set_session_id(session_id);
  message.mutable_end_session()->set_reason(reason);
  impl_->Send(message);
}

std::optional<v1::GatewayMessage> ScriptedRegistry::Await(const IsWanted& wanted) {
  std::unique_lock lock(impl_->mutex);
  std::optional<v1::GatewayMessage> found;
  size_t seen = 0;
  impl_->changed.wait_for(lock, kPatience, [&] {
    for (; !found && seen < impl_->received.size(); ++seen) {
      if (wanted(impl_->received[seen].second)) found = impl_->received[seen].second;
    }
    return found.has_value();
  });
  return found;
}

bool ScriptedRegistry::AwaitCount(const IsWanted& wanted, size_t count) {
  std::unique_lock lock(impl_->mutex);
  size_t seen = 0;
  size_t matches = 0;
  return impl_->changed.wait_for(lock, kPatience, [&] {
    for (; seen < impl_->received.size(); ++seen) {
      if (wanted(impl_->received[seen].second)) ++matches;
    }
    return matches >= count;
  });
}

size_t ScriptedRegistry::Count(const IsWanted& wanted) const {
  const std::lock_guard lock(impl_->mutex);
  return std::count_if(impl_->received.begin(), impl_->received.end(),
                       [&](const auto& one) { return wanted(one.second); });
}

v1::Hello ScriptedRegistry::LastHello() const {
  const std::lock_guard lock(impl_->mutex);
  v1::Hello last;
  for (const auto& [link, message] : impl_->received) {
    if (message.has_hello()) last = message.hello();
  }
  return last;
}

std::vector<v1::GatewayMessage> ScriptedRegistry::OnLink(size_t link) const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<v1::GatewayMessage> messages;
  for (const auto& [index, message] : impl_->received) {
    if (index == link) messages.push_back(message);
  }
  return messages;
}

}  // namespace edgeplane::gateway
