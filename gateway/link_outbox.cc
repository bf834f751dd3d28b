#include "gateway/link_outbox.h"

namespace edgeplane::gateway {
namespace {

// Of the sessions named in one message: far below what any receiver takes, and
// far above what one session may need.
constexpr size_t kSessionsBytesMax = 256 * 1024;

}  // namespace

v1::GatewayMessage LinkOutbox::Begin(std::string_view version) {
  sent_ = 0;
  passing_.clear();
  introduction_.clear();
  v1::Hello hello;
  hello.set_gateway_id(gateway_id_);
  hello.set_version(std::string(version));
  repeats_through_ = reports_.empty() ? 0 : last_sequence_;
  hello.set_repeats_through(repeats_through_);
  auto* sessions = hello.mutable_sessions();
  size_t bytes = 0;
  for (const auto& [session_id, held] : held_) {
    v1::Hello::HeldSession session = ToHeldSession(held);
    bytes += session.ByteSizeLong();
    if (bytes > kSessionsBytesMax) {
      if (introduction_.empty()) {
        hello.set_sessions_follow(true);
      } else {
        introduction_.back().mutable_held_sessions()->set_sessions_follow(true);
      }
      sessions = introduction_.emplace_back().mutable_held_sessions()->mutable_sessions();
      bytes = session.ByteSizeLong();
    }
    sessions->Add(std::move(session));
  }
  v1::GatewayMessage message;
  *message.mutable_hello() = std::move(hello);
  return message;
}

v1::Hello::HeldSession LinkOutbox::ToHeldSession(const Held& held) {
  v1::Hello::HeldSession session;
  session.set_agent_id(held.key.agent_id);
  session.set_session_id(held.key.session_id);
  session.set_epoch(held.key.epoch);
  session.set_unacknowledged_unknown(!held.unacknowledged.has_value());
  if (held.unacknowledged) {
    auto& ids = *session.mutable_unacknowledged_command_ids();
    ids.Assign(held.unacknowledged->begin(), held.unacknowledged->end());
  }
  return session;
}

std::optional<v1::GatewayMessage> LinkOutbox::Next(bool welcomed) {
  if (!introduction_.empty()) {
    v1::GatewayMessage message = std::move(introduction_.front());
    introduction_.pop_front();
    return message;
  }
  if (sent_ < reports_.size()) {
    if (!welcomed && reports_[sent_].sequence() > repeats_through_) return std::nullopt;
    return reports_[sent_++];
  }
  if (!welcomed || passing_.empty()) return std::nullopt;
  v1::GatewayMessage message = std::move(passing_.front());
  passing_.pop_front();
  return message;
}

void LinkOutbox::Confirm(int64_t sequence) {
  while (!reports_.empty() && reports_.front().sequence() <= sequence) {
    if (reports_.front().has_session_closed()) {
      held_.erase(reports_.front().session_closed().session_id());
    }
    reports_.pop_front();
    if (sent_ > 0) --sent_;
  }
}

void LinkOutbox::Hold(const SessionKey& key) { held_[key.session_id].key = key; }

void LinkOutbox::Opened(const SessionKey& key, std::weak_ptr<SessionSink> sink) {
  held_[key.session_id].key = key;
  held_[key.session_id].sink = std::move(sink);
  v1::GatewayMessage message;
  v1::SessionOpened& opened = *message.mutable_session_opened();
  opened.set_agent_id(key.agent_id);
  opened.set_session_id(key.session_id);
  opened.set_epoch(key.epoch);
  Add(std::move(message));
}

void LinkOutbox::Add(v1::GatewayMessage message) {
  if (message.has_command_ack()) {
    const auto held = held_.find(message.command_ack().session_id());
    if (held != held_.end() && held->second.unacknowledged) {
      held->second.unacknowledged->erase(message.command_ack().command_id());
    }
  }
  message.set_sequence(++last_sequence_);
  reports_.push_back(std::move(message));
}

std::shared_ptr<SessionSink> LinkOutbox::Delivered(const v1::Deliver& command) {
  const auto held = held_.find(command.session_id());
  if (held == held_.end()) return nullptr;
  std::optional<std::set<std::string>>& unacknowledged = held->second.unacknowledged;
  if (unacknowledged) {
    unacknowledged->insert(command.command_id());
    if (unacknowledged->size() > kUnansweredMax) unacknowledged.reset();
  }
  return held->second.sink.lock();
}

std::shared_ptr<SessionSink> LinkOutbox::Sink(const std::string& session_id) const {
  const auto held = held_.find(session_id);
  return held != held_.end() ? held->second.sink.lock() : nullptr;
}

}  // namespace edgeplane::gateway
