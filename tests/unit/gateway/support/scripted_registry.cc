#include "tests/unit/gateway/support/scripted_registry.h"

#include <algorithm>

#include "tests/unit/gateway/support/scripted_registry_impl.h"

namespace edgeplane::gateway {

ScriptedRegistry::ScriptedRegistry() : impl_(std::make_unique<Impl>()) {}
ScriptedRegistry::~ScriptedRegistry() = default;

std::shared_ptr<grpc::Channel> ScriptedRegistry::channel() {
  return impl_->server->InProcessChannel(grpc::ChannelArguments());
}

void ScriptedRegistry::Welcome(bool welcome) {
  const std::lock_guard lock(impl_->mutex);
  impl_->welcome = welcome;
}

void ScriptedRegistry::GrantLease(std::chrono::microseconds lease) {
  const std::lock_guard lock(impl_->mutex);
  impl_->lease = lease;
}

void ScriptedRegistry::Renew(bool renew) {
  const std::lock_guard lock(impl_->mutex);
  impl_->renew = renew;
}

void ScriptedRegistry::RenewLate() {
  const std::lock_guard lock(impl_->mutex);
  impl_->renew_late = true;
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

void ScriptedRegistry::DeliverConfig(const v1::DeliverConfig& config) {
  v1::RegistryMessage message;
  *message.mutable_deliver_config() = config;
  impl_->Send(message);
}

void ScriptedRegistry::ConfirmThrough(int64_t sequence) {
  v1::RegistryMessage message;
  message.mutable_confirm()->set_sequence(sequence);
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
