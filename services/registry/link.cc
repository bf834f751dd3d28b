#include "services/registry/link.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/timestamp.h"
#include "services/registry/dispatcher.h"
#include "services/registry/link_messages.h"
#include "services/registry/link_table.h"
#include "services/registry/pending_admissions.h"
#include "services/registry/session_directory.h"

namespace edgeplane::registry {
namespace {

// Of what one gateway has said and nobody has looked at yet, besides the count.
constexpr size_t kInboxBytesMax = 1024 * 1024;

}  // namespace

Link::Link(const RegistryParts& parts, std::shared_ptr<LinkOutlet> outlet, std::string peer)
    : parts_(parts),
      outlet_(std::move(outlet)),
      peer_(std::move(peer)),
      last_message_time_(parts.clock.Now()) {}

bool Link::Receive(v1::GatewayMessage message) {
  if (message.has_command_written()) {
    Written(message.command_written());
    return open();
  }
  if (message.has_renew_lease()) {
    WantRenewal(message.renew_lease().number());
    return open();
  }
  const std::lock_guard lock(mutex_);
  if (ended_) return false;
  last_message_time_ = parts_.clock.Now();
  inbox_bytes_ += message.ByteSizeLong();
  inbox_.push_back(std::move(message));
  if (!running_) {
    running_ = true;
    Schedule();
  }
  paused_ = inbox_.size() >= static_cast<size_t>(parts_.settings.link_inbox_max) ||
            inbox_bytes_ >= kInboxBytesMax;
  return !paused_;
}

// Not counted against the pool's bound: one per link at most. Where the pool
// takes no more, the registry is stopping, which ends the link.
void Link::Schedule() {
  static_cast<void>(parts_.pool.Continue([self = shared_from_this()] { self->RunBatch(); }));
}

void Link::RunBatch() {
  std::vector<v1::GatewayMessage> messages;
  bool resume = false;
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    messages.swap(inbox_);
    inbox_bytes_ = 0;
    resume = std::exchange(paused_, false);
  }
  // While these are worked on, as many again may come in.
  if (resume) outlet_->ResumeReading();

  std::span<const v1::GatewayMessage> reports(messages);
  if (Status status = TakeIntroduction(reports); !status.ok()) return End(status);
  LinkBatch batch = SortMessages(reports, gateway_id(), parts_.clock.Now());
  last_sequence_ = std::max(last_sequence_, batch.last_sequence);
  if (const auto failure = RecordReports(parts_, batch)) return Fail(*failure);
  Settle(std::move(batch));
}

// The sessions' part that is in memory; gives what the store has to do.
std::vector<storage::SessionEnd> Link::NoteSessions(LinkBatch batch) {
  std::vector<storage::SessionEnd> ends;
  for (auto& entry : batch.sessions) {
    if (const auto* opened = std::get_if<LinkBatch::Opened>(&entry)) {
      if (joined_) {
        EnterThroughGate(opened->fence);
        parts_.dispatcher.Wake(opened->fence.agent_id);
      } else {
        const storage::HeldSession held{opened->fence, {}};
        joining_.try_emplace(opened->fence.session_id, Joining{held}).first->second.opened = true;
      }
      parts_.pending.Settled(opened->fence);
      continue;
    }
    storage::SessionEnd& end = std::get<LinkBatch::Ended>(entry).end;
    joining_.erase(end.fence.session_id);
    parts_.directory.Remove(end.fence);
    parts_.pending.Settled(end.fence);
    ends.push_back(std::move(end));
  }
  return ends;
}

void Link::FinishBatch() {
  if (!joined_ && !sessions_follow_ && last_sequence_ >= repeats_through_) {
    if (Status status = Join(); !status.ok()) return Fail({"ReconcileGateway", status.error()});
  }
  // Welcome is the first thing a gateway hears.
  if (joined_ && last_sequence_ > confirmed_sequence_) {
    confirmed_sequence_ = last_sequence_;
    Send(ConfirmMessage(confirmed_sequence_));
  }
  const std::lock_guard lock(mutex_);
  running_ = !inbox_.empty() && !ended_;
  if (running_) Schedule();
}

void Link::Written(const v1::CommandWritten& written) {
  const std::optional<Outstanding> command = parts_.directory.TakeOutstanding(
      written.agent_id(), written.session_id(), written.command_id());
  if (!command) return;
  if (command->first_delivery) {
    parts_.metrics.CommandOnTheWireAfter(GetTime(written.time()) - command->create_time);
  }
  parts_.dispatcher.Wake(written.agent_id());
}

bool Link::Send(v1::RegistryMessage message) {
  if (!open()) return false;
  if (outlet_->Send(std::move(message))) return true;
  End(MakeError(v1::ErrorReason::SERVER_OVERLOADED,
                "The gateway does not read what it is sent; link-queue-max or "
                "link-queue-bytes-max is reached."));
  Cancel();
  return false;
}

bool Link::HasRoomFor(const std::string& agent_id) {
  // Noted first: room may come the moment after it was found missing.
  {
    const std::lock_guard lock(mutex_);
    waiting_for_room_.insert(agent_id);
  }
  if (!outlet_->HasRoom()) return false;
  const std::lock_guard lock(mutex_);
  waiting_for_room_.erase(agent_id);
  return true;
}

void Link::RoomAgain() {
  std::set<std::string> agents;
  {
    const std::lock_guard lock(mutex_);
    agents.swap(waiting_for_room_);
  }
  for (const std::string& agent_id : agents) parts_.dispatcher.Wake(agent_id);
}

void Link::End(const Status& status) {
  std::string gateway;
  bool welcomed = false;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(ended_, true)) return;
    inbox_.clear();
    waiting_for_room_.clear();
    gateway = gateway_id_;
    welcomed = welcomed_;
  }
  outlet_->End(status);
  parts_.directory.RemoveLink(this);
  if (gateway.empty()) return;
  parts_.links.Unseat(gateway, this);
  LogInfo("link closed",
          {{"gateway", gateway},
           {"peer", peer_},
           {"welcomed", welcomed},
           {"cause", status.ok() ? "the gateway ended it" : status.error().message}});
}

bool Link::open() const {
  const std::lock_guard lock(mutex_);
  return !ended_;
}

bool Link::welcomed() const {
  const std::lock_guard lock(mutex_);
  return welcomed_ && !ended_;
}

bool Link::IsSilentSince(Time before) const {
  const std::lock_guard lock(mutex_);
  return !welcomed_ && !running_ && last_message_time_ < before;
}

std::string Link::gateway_id() const {
  const std::lock_guard lock(mutex_);
  return gateway_id_;
}

void Link::Fail(const FailedCall& failure) {
  LogWarning("store failed", {{"operation", failure.operation},
                              {"gateway", gateway_id()},
                              {"error", failure.error.message}});
  End(failure.error);
}

}  // namespace edgeplane::registry
