// Session: what the agent's messages do, and what is queued for the agent.
#include <algorithm>
#include <boost/asio/post.hpp>

#include "base/log.h"
#include "gateway/session.h"

namespace edgeplane::gateway {

namespace {

// Of acknowledgements of events. An agent that lets more of them wait gets none
// for the oldest, and sends those events again.
constexpr size_t kStoredEventsMax = 4096;

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

// --- from the registry ----------------------------------------------------------

void Session::OnDeliver(v1::Deliver command) {
  asio::post(executor_, [self = shared_from_this(), command = std::move(command)] {
    self->QueueCommand(command);
  });
}

void Session::OnConfig(v1::DeliverConfig config) {
  asio::post(executor_, [self = shared_from_this(), config = std::move(config)] {
    self->Queue({ConfigText(config.config_json()), "", config.version()}, false);
  });
}

void Session::OnEventStored(std::string id_json) {
  asio::post(executor_, [self = shared_from_this(), id = std::move(id_json)]() mutable {
    self->QueueEventAck(std::move(id));
  });
}

void Session::OnEnd(v1::Disconnect reason) {
  asio::post(executor_, [self = shared_from_this(), reason] { self->End(reason); });
}

// --- from the agent ---------------------------------------------------------------

void Session::Handle(std::string_view text) {
  const JsonLimits limits{static_cast<size_t>(context_.settings.max_message_bytes),
                          static_cast<size_t>(context_.settings.max_json_depth)};
  AgentMessage message = ParseAgentMessage(text, limits);
  std::visit(
      Overloaded{
          [this](PingMessage&) { HandlePing(); },
          [this](AckMessage& ack) { HandleAck(std::move(ack)); },
          [this](StatusMessage& status) { HandleStatus(std::move(status)); },
          [this](EventMessage& event) { HandleEvent(std::move(event)); },
          [this](UnknownMessage& unknown) {
            context_.metrics.MessageReceived(MessageType::kUnknown);
            LogInfo("agent message unknown", {{"agent", key_.agent_id}, {"type", unknown.type}});
          },
          [this](MalformedMessage& malformed) { HandleMalformed(malformed.why); }},
      message);
}

void Session::HandlePing() {
  context_.metrics.MessageReceived(MessageType::kPing);
  // One pong answers all pings that came while it waited.
  if (!pong_waits_) Queue({std::string(kPongText), ""}, true);
  pong_waits_ = true;
}

void Session::HandleAck(AckMessage ack) {
  context_.metrics.MessageReceived(MessageType::kCommandAck);
  if (ack.result_left_out) {
    LogWarning("command result left out", {{"agent", key_.agent_id}, {"command", ack.command_id}});
  }
  written_.Remove(ack.command_id);
  answered_.Add(ack.command_id);
  LeaveOutAnswered(ack.command_id);
  AckReport report;
  report.command_id = std::move(ack.command_id);
  report.outcome = ack.outcome;
  report.status = std::move(ack.status);
  report.error = std::move(ack.error);
  report.result_json = std::move(ack.result_json);
  report.time = context_.clock.Now();
  report.ordinal = ++acks_;
  context_.registry.Acknowledged(key_, std::move(report));
}

void Session::HandleStatus(StatusMessage status) {
  context_.metrics.MessageReceived(MessageType::kStatus);
  if (status.status_json.empty()) return;
  context_.registry.StatusSaid(key_, std::move(status.status_json));
}

void Session::HandleEvent(EventMessage event) {
  context_.metrics.MessageReceived(MessageType::kEvent);
  context_.registry.EventHappened(key_, std::move(event.event), std::move(event.id_json));
}

void Session::HandleMalformed(const std::string& why) {
  context_.metrics.MessageReceived(MessageType::kMalformed);
  LogInfo("agent message malformed", {{"agent", key_.agent_id}, {"why", why}});
}

// --- to the agent -------------------------------------------------------------------

void Session::Queue(Outgoing message, bool first) {
  outgoing_bytes_ += message.text.size();
  if (first) {
    outgoing_.push_front(std::move(message));
  } else {
    outgoing_.push_back(std::move(message));
  }
  // After the end nothing is written any more.
  if (ended()) return;
  // One alone always fits, however large: it would never arrive otherwise.
  if (outgoing_.size() > 1 &&
      (outgoing_.size() > static_cast<size_t>(context_.settings.max_outgoing_messages) ||
       outgoing_bytes_ > static_cast<size_t>(context_.settings.max_outgoing_bytes))) {
    End(v1::SLOW_CONSUMER);
  }
  wake_writer_.cancel();
}

// An agent that comes back says at once what it has done meanwhile, while the
// registry hands out the same command for its new session: it would do it twice.
void Session::QueueCommand(const v1::Deliver& command) {
  if (!answered_.Contains(command.command_id())) {
    return Queue({CommandText(command), command.command_id()}, false);
  }
  // The place it took in the registry's window is free again.
  if (!ended()) context_.registry.Written(key_, command.command_id());
}

void Session::LeaveOutAnswered(const std::string& command_id) {
  if (ended()) return;
  const auto queued =
      std::find_if(outgoing_.begin(), outgoing_.end(),
                   [&](const Outgoing& message) { return message.command_id == command_id; });
  if (queued == outgoing_.end()) return;
  outgoing_bytes_ -= queued->text.size();
  outgoing_.erase(queued);
  context_.registry.Written(key_, command_id);
}

void Session::QueueEventAck(std::string id_json) {
  if (ended()) return;
  if (stored_events_.size() == kStoredEventsMax) stored_events_.pop_front();
  stored_events_.push_back(std::move(id_json));
  wake_writer_.cancel();
}

// A pong first, as agents wait for it; then what is short and was asked for.
Session::Outgoing Session::NextOutgoing() {
  if (!stored_events_.empty() && !pong_waits_) {
    Outgoing message{EventAckText(stored_events_.front()), ""};
    stored_events_.pop_front();
    return message;
  }
  Outgoing message = std::move(outgoing_.front());
  outgoing_.pop_front();
  outgoing_bytes_ -= message.text.size();
  if (message.text == kPongText) pong_waits_ = false;
  return message;
}

}  // namespace edgeplane::gateway
