#include "services/registry/link_reactor.h"

#include <utility>

#include "services/registry/link.h"
#include "services/registry/link_table.h"
#include "services/rpc/status.h"

namespace edgeplane::registry {
namespace {

// Deliveries may take this part of the queue; the rest is for what directs.
constexpr size_t kDeliveryShare = 4;

}  // namespace

grpc::ServerBidiReactor<v1::GatewayMessage, v1::RegistryMessage>* LinkReactor::Start(
    const RegistryParts& parts, grpc::CallbackServerContext* context) {
  const auto reactor = std::make_shared<LinkReactor>(parts, context);
  const auto link = std::make_shared<Link>(parts, reactor, context->peer());
  reactor->self_ = reactor;
  reactor->link_ = link;
  if (parts.links.Adopt(link)) {
    const std::lock_guard lock(reactor->mutex_);
    reactor->Read();
  } else {
    link->End(MakeError(v1::ErrorReason::SHUTTING_DOWN, "The registry is shutting down."));
  }
  return reactor.get();
}

LinkReactor::LinkReactor(const RegistryParts& parts, grpc::CallbackServerContext* context)
    : parts_(parts),
      count_max_(static_cast<size_t>(parts.settings.link_queue_max)),
      bytes_max_(static_cast<size_t>(parts.settings.link_queue_bytes_max)),
      context_(context) {}

bool LinkReactor::Send(v1::RegistryMessage message) {
  const size_t bytes = message.ByteSizeLong();
  const bool delivers = message.has_deliver() || message.has_deliver_config();
  const std::lock_guard lock(mutex_);
  if (ending_ || WaitingCount() >= count_max_ || waiting_bytes_ + bytes > bytes_max_) {
    return false;
  }
  (delivers ? deliveries_ : directions_).push_back({std::move(message), bytes});
  waiting_bytes_ += bytes;
  if (!writing_) WriteNext();
  return true;
}

bool LinkReactor::HasRoom() {
  const std::lock_guard lock(mutex_);
  if (FitsDelivery()) return true;
  room_wanted_ = true;
  return false;
}

void LinkReactor::ResumeReading() {
  const std::lock_guard lock(mutex_);
  // Called while the reaction that made the link pause is not over yet, the read
  // is started at its end.
  if (!resting_) {
    resume_ = true;
    return;
  }
  resting_ = false;
  Read();
}

void LinkReactor::End(const Status& status) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(ending_, true)) return;
  status_ = status.ok() ? grpc::Status::OK : rpc::ToGrpcStatus(status.error());
  directions_.clear();
  deliveries_.clear();
  waiting_bytes_ = 0;
  FinishIfIdle();
}

void LinkReactor::Cancel() {
  const std::lock_guard lock(mutex_);
  if (context_ != nullptr) context_->TryCancel();
}

void LinkReactor::OnReadDone(bool ok) {
  const std::shared_ptr<Link> link = this->link();
  if (!ok) {
    // The gateway has said all it wants to, or the stream is broken.
    link->End({});
    return;
  }
  const bool more = link->Receive(std::move(incoming_));
  const std::lock_guard lock(mutex_);
  incoming_.Clear();
  if (more || std::exchange(resume_, false)) {
    Read();
  } else {
    resting_ = true;
  }
}

void LinkReactor::OnWriteDone(bool ok) {
  std::shared_ptr<Link> link;
  bool room = false;
  {
    const std::lock_guard lock(mutex_);
    link = link_;
    writing_.reset();
    if (ending_) {
      FinishIfIdle();
    } else if (ok) {
      WriteNext();
    }
    if (FitsDelivery()) room = std::exchange(room_wanted_, false);
  }
  if (!ok) link->End(MakeError(v1::ErrorReason::INTERNAL, "The stream to the gateway broke."));
  if (room) link->RoomAgain();
}

void LinkReactor::OnCancel() {
  link()->End(MakeError(v1::ErrorReason::INTERNAL, "The gateway has gone."));
}

void LinkReactor::OnDone() {
  std::shared_ptr<LinkReactor> self;
  std::shared_ptr<Link> link;
  {
    const std::lock_guard lock(mutex_);
    context_ = nullptr;
    self = std::move(self_);
    link = std::move(link_);
  }
  link->End({});
  parts_.links.Release(link.get());
}

// With mutex_ held, as the rest.
void LinkReactor::Read() {
  if (!finished_) StartRead(&incoming_);
}

void LinkReactor::WriteNext() {
  std::deque<Waiting>& next = directions_.empty() ? deliveries_ : directions_;
  if (next.empty()) return;
  writing_ = std::move(next.front());
  next.pop_front();
  waiting_bytes_ -= writing_->bytes;
  StartWrite(&writing_->message);
}

void LinkReactor::FinishIfIdle() {
  if (writing_ || std::exchange(finished_, true)) return;
  Finish(status_);
}

bool LinkReactor::FitsDelivery() const {
  return WaitingCount() <= count_max_ / kDeliveryShare &&
         waiting_bytes_ <= bytes_max_ / kDeliveryShare;
}

std::shared_ptr<Link> LinkReactor::link() {
  const std::lock_guard lock(mutex_);
  return link_;
}

}  // namespace edgeplane::registry
