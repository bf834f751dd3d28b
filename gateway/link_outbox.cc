#include "gateway/link_outbox.h"

#include <utility>

#include "base/timestamp.h"

namespace edgeplane::gateway {
namespace {

// Of the sessions named in one message: far below what any receiver takes, and
// far above what one session may need.
constexpr size_t kSessionsBytesMax = 256 * 1024;
// Of one agent: each is one of its connections that ended within the time of an answer.
constexpr size_t kEarlyEndsMax = 64;

}  // namespace

v1::GatewayMessage LinkOutbox::Begin(std::string_view version, int64_t link) {
  sent_ = 0;
  lease_asked_.reset();
  passing_.clear();
  introduction_.clear();
  v1::Hello hello;
  hello.set_gateway_id(gateway_id_);
  hello.set_version(std::string(version));
  hello.set_link(link);
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
  session.set_unwritten_config_version(held.unwritten_config_version);
  session.set_not_open(!held.open);
  session.set_unacknowledged_unknown(!held.unacknowledged.known());
  if (held.unacknowledged.known()) {
    held.unacknowledged.CopyTo(*session.mutable_unacknowledged_command_ids());
  }
  return session;
}

std::optional<v1::GatewayMessage> LinkOutbox::Next(bool welcomed) {
  if (!introduction_.empty()) {
    v1::GatewayMessage message = std::move(introduction_.front());
    introduction_.pop_front();
    return message;
  }
  if (welcomed && lease_asked_) {
    v1::GatewayMessage message;
    message.mutable_renew_lease()->set_number(*std::exchange(lease_asked_, std::nullopt));
    return message;
  }
  if (sent_ < reports_.size()) {
    const v1::GatewayMessage& report = reports_[sent_].message;
    if (!welcomed && report.sequence() > repeats_through_) return std::nullopt;
    ++sent_;
    return report;
  }
  if (!welcomed || passing_.empty()) return std::nullopt;
  v1::GatewayMessage message = std::move(passing_.front());
  passing_.pop_front();
  return message;
}

std::vector<LinkOutbox::StoredEvent> LinkOutbox::Confirm(int64_t sequence) {
  std::vector<StoredEvent> stored;
  while (!reports_.empty() && reports_.front().message.sequence() <= sequence) {
    Report& report = reports_.front();
    if (report.message.has_session_closed()) {
      Release(report.message.session_closed().session_id());
    } else if (report.message.has_event()) {
      if (auto sink = Sink(report.message.event().session_id())) {
        stored.push_back({std::move(sink), std::move(report.event_id_json)});
      }
    }
    bytes_ -= report.bytes;
    reports_.pop_front();
    if (sent_ > 0) --sent_;
  }
  return stored;
}

LinkOutbox::Held& LinkOutbox::HeldOf(const SessionKey& key) {
  const auto [held, added] = held_.try_emplace(key.session_id);
  if (added) {
    held->second.key = key;
    ++held_by_agent_[key.agent_id];
  }
  return held->second;
}

void LinkOutbox::Release(const std::string& session_id) {
  const auto held = held_.find(session_id);
  if (held == held_.end()) return;
  const auto of_agent = held_by_agent_.find(held->second.key.agent_id);
  if (--of_agent->second == 0) held_by_agent_.erase(of_agent);
  held_.erase(held);
}

bool LinkOutbox::Answered(const std::string& agent_id, const SessionKey* key, Time now) {
  const bool may_open = key != nullptr && !never_held_.contains(key->session_id);
  Held* const held = may_open ? &HeldOf(*key) : nullptr;
  const auto asked = asked_.find(agent_id);
  if (asked != asked_.end() && --asked->second == 0) asked_.erase(asked);
  const bool last = !asked_.contains(agent_id);
  for (auto [it, end] = early_ends_.equal_range(agent_id); it != end;) {
    if (held != nullptr && it->second.session_id() == key->session_id) {
      held->ended = it->second.reason();
    } else if (last) {
      ReportNeverHeld(it->second, now);
    } else {
      ++it;
      continue;
    }
    it = early_ends_.erase(it);
  }
  return may_open;
}

std::shared_ptr<SessionSink> LinkOutbox::Ended(const v1::EndSession& end, Time now) {
  const auto held = held_.find(end.session_id());
  if (held != held_.end()) {
    if (!held->second.open) held->second.ended = end.reason();
    return held->second.sink.lock();
  }
  // As many as its answers, or the registry says one again and again.
  const bool may_come =
      asked_.contains(end.agent_id()) && early_ends_.count(end.agent_id()) < kEarlyEndsMax;
  if (may_come) {
    early_ends_.emplace(end.agent_id(), end);
  } else {
    ReportNeverHeld(end, now);
  }
  return nullptr;
}

void LinkOutbox::ReportNeverHeld(const v1::EndSession& end, Time now) {
  if (never_held_.insert(end.session_id()).second) {
    never_held_order_.push_back(end.session_id());
    if (never_held_order_.size() > kNeverHeldMax) {
      never_held_.erase(never_held_order_.front());
      never_held_order_.pop_front();
    }
  }
  // Nothing was written.
  Closed({end.agent_id(), end.session_id(), 0}, end.reason(), UnansweredCommands(), now);
}

int64_t LinkOutbox::PendingFor(const std::string& agent_id) const {
  return reports_.empty() || !held_by_agent_.contains(agent_id) ? 0 : last_sequence_;
}

std::optional<v1::Disconnect> LinkOutbox::Opened(const SessionKey& key,
                                                 std::weak_ptr<SessionSink> sink) {
  Held& held = HeldOf(key);
  held.open = true;
  held.sink = std::move(sink);
  v1::GatewayMessage message;
  v1::SessionOpened& opened = *message.mutable_session_opened();
  opened.set_agent_id(key.agent_id);
  opened.set_session_id(key.session_id);
  opened.set_epoch(key.epoch);
  Add(std::move(message));
  return held.ended;
}

void LinkOutbox::Closed(const SessionKey& key, v1::Disconnect reason,
                        const UnansweredCommands& written, Time now) {
  v1::GatewayMessage message;
  v1::SessionClosed& closed = *message.mutable_session_closed();
  closed.set_agent_id(key.agent_id);
  closed.set_session_id(key.session_id);
  closed.set_epoch(key.epoch);
  closed.set_reason(reason);
  SetTime(now, *closed.mutable_time());
  if (written.known()) written.CopyTo(*closed.mutable_written()->mutable_command_ids());
  Add(std::move(message));
}

void LinkOutbox::Add(v1::GatewayMessage message, std::string event_id_json) {
  Note(message);
  message.set_sequence(++last_sequence_);
  const size_t bytes = message.ByteSizeLong() + event_id_json.size();
  bytes_ += bytes;
  reports_.push_back(Report{std::move(message), std::move(event_id_json), bytes});
}

void LinkOutbox::Note(const v1::GatewayMessage& message) {
  if (message.has_command_ack()) {
    const auto held = held_.find(message.command_ack().session_id());
    if (held != held_.end()) held->second.unacknowledged.Remove(message.command_ack().command_id());
  } else if (message.has_config_written()) {
    const auto held = held_.find(message.config_written().session_id());
    if (held == held_.end()) return;
    int64_t& unwritten = held->second.unwritten_config_version;
    // A newer one may have come in meanwhile, and waits.
    if (unwritten <= message.config_written().version()) unwritten = 0;
  }
}

std::shared_ptr<SessionSink> LinkOutbox::Delivered(const v1::Deliver& command) {
  const auto held = held_.find(command.session_id());
  if (held == held_.end()) return nullptr;
  held->second.unacknowledged.Add(command.command_id());
  return held->second.sink.lock();
}

std::shared_ptr<SessionSink> LinkOutbox::Configured(const v1::DeliverConfig& config) {
  const auto held = held_.find(config.session_id());
  if (held == held_.end()) return nullptr;
  held->second.unwritten_config_version = config.version();
  return held->second.sink.lock();
}

std::shared_ptr<SessionSink> LinkOutbox::Sink(const std::string& session_id) const {
  const auto held = held_.find(session_id);
  return held != held_.end() ? held->second.sink.lock() : nullptr;
}

}  // namespace edgeplane::gateway
