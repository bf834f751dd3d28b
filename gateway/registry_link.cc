#include "gateway/registry_link.h"

#include <grpcpp/channel.h>

#include <utility>

#include "base/log.h"
#include "base/timestamp.h"
#include "base/version.h"
#include "edgeplane/v1/error_reason.pb.h"
#include "gateway/gateway_metrics.h"

namespace edgeplane::gateway {

RegistryLink::RegistryLink(const std::string& gateway_id, std::vector<RegistryDialer> registries,
                           const Clock& clock, GatewayMetrics& metrics)
    : gateway_id_(gateway_id), clock_(clock), metrics_(metrics), outbox_(gateway_id) {
  for (RegistryDialer& dial : registries) registries_.emplace_back().dial = std::move(dial);
  Dial(0);
}

Duration RegistryLink::RunStream() {
  const auto asked = registry();
  Stream stream(*this);
  asked->async()->Link(&stream.context, &stream);
  // Writes begin outside of reactions, which gRPC must be told; it takes that in
  // between the call's making and its start.
  stream.AddHold();
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) stream.context.TryCancel();
    stream_ = &stream;
    lease_.AskFirst(BootClock::now());
    stream.out = outbox_.Begin(Version(), number_.Next(clock_.Now()));
    ++generation_;
    stream.writing = true;
    stream.StartWrite(&stream.out);
  }
  stream.StartRead(&stream.in);
  stream.StartCall();
  DropUnused();  // now that another channel keeps gRPC's threads at work
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, WelcomeTimeout(ProspectsNow()), [&] { return stream.done || linked_; });
  if (!linked_ && !stream.done) {
    ++registries_[current_].timeouts;
    Leave(stream);
  }
  KeepLease(stream, lock);
  if (!linked_ && stream.result.error_code() == grpc::StatusCode::FAILED_PRECONDITION) {
    number_.Refused();
  }
  if (!stopping_) NoteEnd(stream.result);
  const bool was_linked = std::exchange(linked_, false);
  metrics_.LinkUp(false);
  changed_.notify_all();
  if (!was_linked) return Duration::zero();
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - linked_since_);
}

void RegistryLink::KeepLease(Stream& stream, std::unique_lock<std::mutex>& lock) {
  const auto done = [&stream] { return stream.done; };
  while (!stream.done) {
    const std::optional<Lease::Moment> next = linked_ ? lease_.renew_at() : std::nullopt;
    if (!next) {
      changed_.wait(lock, [&] { return stream.done || (linked_ && lease_.renew_at()); });
      continue;
    }
    if (changed_.wait_until(lock, *next, done)) return;
    if (IsToLeave()) {
      LogWarning("lease not renewed in time: going to another registry",
                 {{"registry", stream.context.peer()}});
      Leave(stream);
      return changed_.wait(lock, done);
    }
    outbox_.AskLease(lease_.Ask(BootClock::now()));
    Pump();
    lock.unlock();
    DropUnused();
    lock.lock();
  }
}

void RegistryLink::NoteWelcome(const v1::Welcome& welcome) {
  linked_ = true;
  linked_since_ = std::chrono::steady_clock::now();
  for (Registry& registry : registries_) registry.last_failure.reset();
  registries_[current_].left_at.reset();
  registries_[current_].timeouts = 0;
  metrics_.LinkUp(true);
  lease_.Granted(0, GetDuration(welcome.lease()), BootClock::now());
  lease_.SetAlone(welcome.alone() || !welcome.has_lease());
  LogInfo("link up", {{"registry", stream_ == nullptr ? "" : stream_->context.peer()},
                      {"registry_version", welcome.registry_version()}});
}

void RegistryLink::NoteEnd(const grpc::Status& status) {
  std::optional<std::string>& last_failure = registries_[current_].last_failure;
  if (!linked_ && status.error_message() == last_failure) return;
  last_failure = status.error_message();
  LogWarning(linked_ ? "link lost" : "no link to a registry",
             {{"status", status.error_message()}, {"code", static_cast<int>(status.error_code())}});
}

void RegistryLink::StreamBroken(Stream& stream) {
  {
    const std::lock_guard lock(mutex_);
    if (stream.broken) return;
    stream.broken = true;
    if (stream_ == &stream) stream_ = nullptr;
  }
  stream.RemoveHold();
}

void RegistryLink::Pump() {
  if (stream_ == nullptr || stream_->writing) return;
  std::optional<v1::GatewayMessage> next = outbox_.Next(linked_);
  if (!next) return;
  stream_->out = *std::move(next);
  stream_->writing = true;
  stream_->StartWrite(&stream_->out);
}

bool RegistryLink::IsTooLate(const v1::RegistryMessage& message) {
  if (!message.has_deliver() && !message.has_deliver_config()) return false;
  if (lease_.Holds(BootClock::now())) return false;
  if (stream_ != nullptr) stream_->context.TryCancel();
  return true;
}

void RegistryLink::Handle(const v1::RegistryMessage& message) {
  std::shared_ptr<SessionSink> sink;
  std::vector<LinkOutbox::StoredEvent> stored;
  std::vector<std::function<void()>> told;
  {
    const std::lock_guard lock(mutex_);
    if (IsTooLate(message)) return;
    switch (message.message_case()) {
      case v1::RegistryMessage::kWelcome:
        NoteWelcome(message.welcome());
        Pump();
        changed_.notify_all();
        return;
      case v1::RegistryMessage::kLeaseRenewed:
        // One that came too late shows no registry that is better than the last.
        if (!lease_.IsOverdue(BootClock::now())) renewed_ = true;
        lease_.Granted(message.lease_renewed().number(),
                       GetDuration(message.lease_renewed().lease()), BootClock::now());
        return;
      case v1::RegistryMessage::kConfirm:
        stored = outbox_.Confirm(message.confirm().sequence());
        told = TakeToldBy(message.confirm().sequence());
        changed_.notify_all();
        break;
      case v1::RegistryMessage::kDeliver:
        sink = outbox_.Delivered(message.deliver());
        break;
      case v1::RegistryMessage::kDeliverConfig:
        sink = outbox_.Configured(message.deliver_config());
        break;
      case v1::RegistryMessage::kEndSession:
        sink = outbox_.Ended(message.end_session(), clock_.Now());
        Pump();
        break;
      case v1::RegistryMessage::MESSAGE_NOT_SET:
        LogWarning("link message not understood");
        return;
    }
  }
  for (const std::function<void()>& one : told) one();
  for (LinkOutbox::StoredEvent& event : stored) event.sink->OnEventStored(std::move(event.id_json));
  if (!sink) return;  // the session has ended in the meantime
  if (message.has_deliver()) sink->OnDeliver(message.deliver());
  if (message.has_deliver_config()) sink->OnConfig(message.deliver_config());
  if (message.has_end_session()) sink->OnEnd(message.end_session().reason());
}

int64_t RegistryLink::WhenTold(const std::string& agent_id, std::function<void()> told) {
  const std::lock_guard lock(mutex_);
  const int64_t sequence = outbox_.PendingFor(agent_id);
  if (sequence == 0) return 0;
  waiting_.emplace(++last_wait_, Waiting{sequence, std::move(told)});
  return last_wait_;
}

void RegistryLink::Forget(int64_t wait) {
  const std::lock_guard lock(mutex_);
  waiting_.erase(wait);
}

std::vector<std::function<void()>> RegistryLink::TakeToldBy(int64_t sequence) {
  std::vector<std::function<void()>> told;
  while (!waiting_.empty() && waiting_.begin()->second.sequence <= sequence) {
    told.push_back(std::move(waiting_.begin()->second.told));
    waiting_.erase(waiting_.begin());
  }
  return told;
}

bool RegistryLink::Stop(Duration timeout) {
  std::unique_lock lock(mutex_);
  const bool all_told =
      changed_.wait_for(lock, timeout, [this] { return stopping_ || outbox_.unconfirmed() == 0; });
  const bool left_over = outbox_.unconfirmed() > 0;
  stopping_ = true;
  if (stream_ != nullptr) stream_->context.TryCancel();
  changed_.notify_all();
  lock.unlock();
  if (thread_.joinable()) thread_.join();
  return all_told && !left_over;
}

}  // namespace edgeplane::gateway
