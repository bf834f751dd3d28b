#include "gateway/registry_client.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "base/log.h"
#include "base/version.h"
#include "edgeplane/v1/agent_registry.grpc.pb.h"
#include "gateway/gateway_metrics.h"
#include "gateway/link_outbox.h"

namespace edgeplane::gateway {

namespace {

constexpr auto kBackoffMin = std::chrono::milliseconds(50);
constexpr auto kBackoffMax = std::chrono::seconds(5);
constexpr auto kWelcomeTimeout = std::chrono::seconds(10);

google::protobuf::Timestamp ToTimestamp(Time time) {
  google::protobuf::Timestamp timestamp;
  const int64_t micros = ToMicros(time);
  timestamp.set_seconds(micros / 1'000'000);
  timestamp.set_nanos(static_cast<int32_t>(micros % 1'000'000) * 1000);
  return timestamp;
}

}  // namespace

class RegistryClient::Impl {
 public:
  Impl(const std::string& gateway_id, const std::shared_ptr<grpc::Channel>& channel,
       const Clock& clock, GatewayMetrics& metrics)
      : gateway_id_(gateway_id),
        stub_(v1::AgentRegistry::NewStub(channel)),
        clock_(clock),
        metrics_(metrics),
        outbox_(gateway_id) {}

  void Start() {
    thread_ = std::thread([this] { Run(); });
  }
  bool Stop(Duration timeout);
  bool WaitUntilLinked(Duration timeout) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [this] { return linked_; });
  }
  bool linked() const {
    const std::lock_guard lock(mutex_);
    return linked_;
  }
  size_t unconfirmed() const {
    const std::lock_guard lock(mutex_);
    return outbox_.unconfirmed();
  }

  template <class Change>
  void Tell(Change change) {
    const std::lock_guard lock(mutex_);
    change(outbox_);
    Pump();
  }

  // One Admit under way.
  struct AdmitCall {
    grpc::ClientContext context;
    v1::AdmitRequest request;
    v1::AdmitResponse response;
    std::function<void(AdmitAnswer)> done;
  };
  void Admit(std::shared_ptr<AdmitCall> call);

  const std::string& gateway_id() const { return gateway_id_; }
  const Clock& clock() const { return clock_; }
  GatewayMetrics& metrics() { return metrics_; }

 private:
  // One stream. Deletes nothing: Run() owns it and waits for OnDone.
  class Stream : public grpc::ClientBidiReactor<v1::GatewayMessage, v1::RegistryMessage> {
   public:
    explicit Stream(Impl& impl) : impl_(impl) {}
    void OnReadDone(bool ok) override {
      if (!ok) return impl_.StreamBroken(*this);
      impl_.Handle(in);
      StartRead(&in);
    }
    void OnWriteDone(bool ok) override {
      if (!ok) return;  // the read fails too, and ends the stream
      const std::lock_guard lock(impl_.mutex_);
      writing = false;
      impl_.Pump();
    }
    void OnDone(const grpc::Status& status) override {
      const std::lock_guard lock(impl_.mutex_);
      result = status;
      done = true;
      impl_.changed_.notify_all();
    }

    grpc::ClientContext context;
    v1::GatewayMessage out;
    v1::RegistryMessage in;
    bool writing = false;
    bool broken = false;
    bool done = false;
    grpc::Status result;

   private:
    Impl& impl_;
  };

  void Run();
  void RunStream();
  bool Backoff(std::chrono::milliseconds delay);
  void Pump();  // with the lock held
  void Handle(const v1::RegistryMessage& message);
  void StreamBroken(Stream& stream);
  AdmitAnswer ToAnswer(const grpc::Status& status, const AdmitCall& call);

  const std::string gateway_id_;
  const std::unique_ptr<v1::AgentRegistry::Stub> stub_;
  const Clock& clock_;
  GatewayMetrics& metrics_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  LinkOutbox outbox_;
  Stream* stream_ = nullptr;
  bool linked_ = false;
  bool stopping_ = false;
  size_t admits_ = 0;
  std::thread thread_;
};

void RegistryClient::Impl::Run() {
  std::minstd_rand random(std::random_device{}());
  auto delay = std::chrono::milliseconds(kBackoffMin);
  for (;;) {
    const Time began = clock_.Now();
    RunStream();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    // A link that stood for a while was a good one: begin the back-off anew.
    if (clock_.Now() - began > kBackoffMax) delay = kBackoffMin;
    std::uniform_int_distribution<int64_t> jitter(delay.count() / 2, delay.count());
    if (!Backoff(std::chrono::milliseconds(jitter(random)))) return;
    delay = std::min<std::chrono::milliseconds>(delay * 2, kBackoffMax);
  }
}

bool RegistryClient::Impl::Backoff(std::chrono::milliseconds delay) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, delay, [this] { return stopping_; });
}

void RegistryClient::Impl::RunStream() {
  Stream stream(*this);
  // Writes begin outside of reactions, which gRPC must be told.
  stream.AddHold();
  stub_->async()->Link(&stream.context, &stream);
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) stream.context.TryCancel();
    stream_ = &stream;
    stream.out = outbox_.Begin(Version());
    stream.writing = true;
    stream.StartWrite(&stream.out);
  }
  stream.StartRead(&stream.in);
  stream.StartCall();
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kWelcomeTimeout, [&] { return stream.done || linked_; });
  if (!linked_) stream.context.TryCancel();
  changed_.wait(lock, [&stream] { return stream.done; });
  if (linked_) {
    LogWarning("link lost", {{"status", stream.result.error_message()},
                             {"code", static_cast<int>(stream.result.error_code())}});
  }
  linked_ = false;
  metrics_.LinkUp(false);
  changed_.notify_all();
}

void RegistryClient::Impl::StreamBroken(Stream& stream) {
  {
    const std::lock_guard lock(mutex_);
    if (stream.broken) return;
    stream.broken = true;
    if (stream_ == &stream) stream_ = nullptr;
  }
  stream.RemoveHold();
}

void RegistryClient::Impl::Pump() {
  if (stream_ == nullptr || stream_->writing) return;
  std::optional<v1::GatewayMessage> next = outbox_.Next(linked_);
  if (!next) return;
  stream_->out = *std::move(next);
  stream_->writing = true;
  stream_->StartWrite(&stream_->out);
}

void RegistryClient::Impl::Handle(const v1::RegistryMessage& message) {
  std::shared_ptr<SessionSink> sink;
  {
    const std::lock_guard lock(mutex_);
    switch (message.message_case()) {
      case v1::RegistryMessage::kWelcome:
        linked_ = true;
        metrics_.LinkUp(true);
        LogInfo("link up", {{"registry_version", message.welcome().registry_version()}});
        Pump();
        changed_.notify_all();
        return;
      case v1::RegistryMessage::kConfirm:
        outbox_.Confirm(message.confirm().sequence());
        changed_.notify_all();
        return;
      case v1::RegistryMessage::kDeliver:
        sink = outbox_.Delivered(message.deliver());
        break;
      case v1::RegistryMessage::kEndSession:
        sink = outbox_.Sink(message.end_session().session_id());
        break;
      case v1::RegistryMessage::MESSAGE_NOT_SET:
        LogWarning("link message not understood");
        return;
    }
  }
  if (!sink) return;  // the session has ended in the meantime
  if (message.has_deliver()) sink->OnDeliver(message.deliver());
  if (message.has_end_session()) sink->OnEnd(message.end_session().reason());
}

AdmitAnswer RegistryClient::Impl::ToAnswer(const grpc::Status& status, const AdmitCall& call) {
  if (!status.ok()) {
    return NoDecision{"The registry gave no decision: " + status.error_message()};
  }
  if (call.response.has_admitted()) {
    SessionKey key{call.request.agent_id(), call.response.admitted().session_id(),
                   call.response.admitted().epoch()};
    Tell([&key](LinkOutbox& outbox) { outbox.Hold(key); });
    return key;
  }
  if (call.response.has_refused()) return call.response.refused();
  return NoDecision{"The registry's answer holds no decision."};
}

void RegistryClient::Impl::Admit(std::shared_ptr<AdmitCall> call) {
  {
    const std::lock_guard lock(mutex_);
    ++admits_;
  }
  AdmitCall& c = *call;
  stub_->async()->Admit(&c.context, &c.request, &c.response,
                        [this, call = std::move(call)](const grpc::Status& status) {
                          Wipe(*call->request.mutable_bearer());
                          call->done(ToAnswer(status, *call));
                          const std::lock_guard lock(mutex_);
                          --admits_;
                          changed_.notify_all();
                        });
}

bool RegistryClient::Impl::Stop(Duration timeout) {
  std::unique_lock lock(mutex_);
  const bool all_told = changed_.wait_for(
      lock, timeout, [this] { return stopping_ || outbox_.unconfirmed() == 0 || !linked_; });
  const bool left_over = outbox_.unconfirmed() > 0;
  stopping_ = true;
  if (stream_ != nullptr) stream_->context.TryCancel();
  changed_.notify_all();
  // Every Admit has a deadline of its own, so this ends.
  changed_.wait(lock, [this] { return admits_ == 0; });
  lock.unlock();
  if (thread_.joinable()) thread_.join();
  return all_told && !left_over;
}

RegistryClient::RegistryClient(const std::string& gateway_id,
                               const std::shared_ptr<grpc::Channel>& channel, const Clock& clock,
                               GatewayMetrics& metrics)
    : impl_(std::make_unique<Impl>(gateway_id, channel, clock, metrics)) {}

RegistryClient::~RegistryClient() { impl_->Stop(Duration(0)); }

void RegistryClient::Start() { impl_->Start(); }
bool RegistryClient::WaitUntilLinked(Duration timeout) { return impl_->WaitUntilLinked(timeout); }
bool RegistryClient::linked() const { return impl_->linked(); }
bool RegistryClient::Stop(Duration timeout) { return impl_->Stop(timeout); }

void RegistryClient::Admit(AdmitQuestion question, Duration timeout,
                           std::function<void(AdmitAnswer)> done) {
  auto call = std::make_shared<Impl::AdmitCall>();
  call->context.set_deadline(std::chrono::system_clock::now() + timeout);
  call->request.set_gateway_id(impl_->gateway_id());
  call->request.set_agent_id(std::move(question.agent_id));
  call->request.set_bearer(std::string(question.bearer.Reveal()));
  call->request.set_peer_address(std::move(question.peer_address));
  call->done = std::move(done);
  impl_->Admit(std::move(call));
}

void RegistryClient::SessionOpened(const SessionKey& key, std::weak_ptr<SessionSink> sink) {
  impl_->Tell([&](LinkOutbox& outbox) { outbox.Opened(key, std::move(sink)); });
}

void RegistryClient::SessionClosed(const SessionKey& key, v1::Disconnect reason,
                                   std::vector<std::string> unwritten_command_ids) {
  v1::GatewayMessage message;
  v1::SessionClosed& closed = *message.mutable_session_closed();
  closed.set_agent_id(key.agent_id);
  closed.set_session_id(key.session_id);
  closed.set_epoch(key.epoch);
  closed.set_reason(reason);
  *closed.mutable_time() = ToTimestamp(impl_->clock().Now());
  for (std::string& id : unwritten_command_ids) closed.add_unwritten_command_ids(std::move(id));
  impl_->Tell([&](LinkOutbox& outbox) { outbox.Add(std::move(message)); });
}

void RegistryClient::Acknowledged(const SessionKey& key, AckReport report) {
  v1::GatewayMessage message;
  v1::CommandAck& ack = *message.mutable_command_ack();
  ack.set_agent_id(key.agent_id);
  ack.set_session_id(key.session_id);
  ack.set_epoch(key.epoch);
  ack.set_command_id(std::move(report.command_id));
  ack.set_outcome(report.outcome);
  ack.set_status(std::move(report.status));
  ack.set_error(std::move(report.error));
  *ack.mutable_time() = ToTimestamp(report.time);
  ack.set_ordinal(report.ordinal);
  impl_->Tell([&](LinkOutbox& outbox) { outbox.Add(std::move(message)); });
}

void RegistryClient::Written(const SessionKey& key, const std::string& command_id) {
  v1::GatewayMessage message;
  v1::CommandWritten& written = *message.mutable_command_written();
  written.set_agent_id(key.agent_id);
  written.set_session_id(key.session_id);
  written.set_command_id(command_id);
  *written.mutable_time() = ToTimestamp(impl_->clock().Now());
  impl_->Tell([&](LinkOutbox& outbox) { outbox.AddPassing(std::move(message)); });
}

void RegistryClient::Refused(const v1::Refusal& refusal) {
  v1::GatewayMessage message;
  *message.mutable_refusal() = refusal;
  bool dropped = false;
  impl_->Tell([&](LinkOutbox& outbox) {
    dropped = outbox.unconfirmed() > LinkOutbox::kReportsMax / 4 * 3;
    if (!dropped) outbox.Add(std::move(message));
  });
  if (dropped) impl_->metrics().RefusalDropped();
}

bool RegistryClient::Congested() const {
  return impl_->unconfirmed() > LinkOutbox::kReportsMax / 2;
}

}  // namespace edgeplane::gateway
