#include "gateway/registry_link.h"

#include <algorithm>
#include <random>

#include "base/log.h"
#include "base/timestamp.h"
#include "base/version.h"
#include "edgeplane/v1/error_reason.pb.h"
#include "gateway/gateway_metrics.h"

namespace edgeplane::gateway {

namespace {

constexpr auto kBackoffMin = std::chrono::milliseconds(50);
constexpr auto kBackoffMax = std::chrono::seconds(2);
constexpr auto kWelcomeTimeout = std::chrono::seconds(10);

}  // namespace

void RegistryLink::Run() {
  std::minstd_rand random(std::random_device{}());
  auto delay = std::chrono::milliseconds(kBackoffMin);
  for (;;) {
    const auto began = std::chrono::steady_clock::now();
    RunStream();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    // A link that stood for a while was a good one: begin the back-off anew.
    if (std::chrono::steady_clock::now() - began > kBackoffMax) delay = kBackoffMin;
    std::uniform_int_distribution<int64_t> jitter(delay.count() / 2, delay.count());
    if (!Backoff(std::chrono::milliseconds(jitter(random)))) return;
    delay = std::min<std::chrono::milliseconds>(delay * 2, kBackoffMax);
  }
}

bool RegistryLink::Backoff(std::chrono::milliseconds delay) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, delay, [this] { return stopping_; });
}

void RegistryLink::RunStream() {
  Stream stream(*this);
  stub_->async()->Link(&stream.context, &stream);
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
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kWelcomeTimeout, [&] { return stream.done || linked_; });
  if (!linked_) stream.context.TryCancel();
  KeepLease(stream, lock);
  if (!linked_ && stream.result.error_code() == grpc::StatusCode::FAILED_PRECONDITION) {
    number_.Refused();
  }
  if (!stopping_) NoteEnd(stream.result);
  linked_ = false;
  metrics_.LinkUp(false);
  changed_.notify_all();
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
    v1::GatewayMessage message;
    message.mutable_renew_lease()->set_number(lease_.Ask(BootClock::now()));
    outbox_.AddPassing(std::move(message));
    Pump();
  }
}

// With the lock held. Attempts that fail alike are said once.
void RegistryLink::NoteEnd(const grpc::Status& status) {
  if (!linked_ && status.error_message() == last_failure_) return;
  last_failure_ = status.error_message();
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

// With the lock held. What is for an agent that may be another's by now, as after a
// time in which this process stood still, goes nowhere. The next link's Hello does not
// name it, so it goes back to the queue.
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
        linked_ = true;
        last_failure_.clear();
        metrics_.LinkUp(true);
        lease_.Granted(0, GetDuration(message.welcome().lease()), BootClock::now());
        lease_.SetAlone(message.welcome().alone() || !message.welcome().has_lease());
        LogInfo("link up", {{"registry_version", message.welcome().registry_version()}});
        Pump();
        changed_.notify_all();
        return;
      case v1::RegistryMessage::kLeaseRenewed:
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
  const bool all_told = changed_.wait_for(
      lock, timeout, [this] { return stopping_ || outbox_.unconfirmed() == 0 || !linked_; });
  const bool left_over = outbox_.unconfirmed() > 0;
  stopping_ = true;
  if (stream_ != nullptr) stream_->context.TryCancel();
  changed_.notify_all();
  lock.unlock();
  if (thread_.joinable()) thread_.join();
  return all_told && !left_over;
}

}  // namespace edgeplane::gateway
