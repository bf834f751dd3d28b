#include "cli/simulate/agent_words.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>
#include <utility>

namespace edgeplane::simulate {
namespace {

namespace json = boost::json;

constexpr char kFailure[] = "The simulator lets this command fail.";

std::string Message(std::string_view type, json::object data) {
  json::object message;
  message["type"] = json::string_view(type.data(), type.size());
  message["data"] = std::move(data);
  return json::serialize(message);
}

// How agents of the first generation say it, and HTTP does.
json::object PlainAck(const Ack& ack) {
  json::object data;
  data["command_id"] = ack.command_id;
  data["success"] = ack.word != AckWord::kFailed;
  data["error"] = nullptr;
  if (ack.word == AckWord::kFailed) data["error"] = kFailure;
  data["timestamp"] = FormatTime(ack.time);
  return data;
}

json::object EventObject(const Event& event) {
  json::object object;
  object["event_id"] = event.event_id;
  object["event_type"] = "simulated";
  if (!event.thread_id.empty()) object["thread_id"] = event.thread_id;
  json::object details;
  details["number"] = event.number;
  details["time"] = FormatTime(event.time);
  object["details"] = std::move(details);
  return object;
}

json::object SyncStatus(const AgentStatus& status) {
  json::object object;
  object["scheduled_messages"] = status.scheduled_messages;
  object["active_rules"] = status.active_rules;
  object["uptime_seconds"] = std::round(status.uptime_seconds);
  return object;
}

}  // namespace

std::string_view NameOf(AckWord word) {
  switch (word) {
    case AckWord::kReceived:
      return "received";
    case AckWord::kCompleted:
      return "completed";
    case AckWord::kFailed:
      return "failed";
  }
  return "";
}

std::string AckMessage(const Ack& ack, Generation generation) {
  if (generation == Generation::kFirst) return Message("command_ack", PlainAck(ack));
  json::object data;
  data["command_id"] = ack.command_id;
  const std::string_view word = NameOf(ack.word);
  data["status"] = json::string_view(word.data(), word.size());
  if (ack.word != AckWord::kReceived) data["completed_at"] = FormatTime(ack.time);
  if (ack.word == AckWord::kFailed) data["error"] = kFailure;
  return Message("command_ack", std::move(data));
}

std::string EventMessage(const Event& event) { return Message("event", EventObject(event)); }

std::string StatusMessage(const AgentStatus& status) {
  json::object data = SyncStatus(status);
  data["memory_usage_mb"] = status.memory_usage_mb;
  return Message("status", std::move(data));
}

std::string AckBody(const Ack& ack, Generation generation) {
  json::object body = PlainAck(ack);
  if (generation == Generation::kPresent && ack.word == AckWord::kCompleted) {
    body["result"] = json::object{{"simulated", true}};
  }
  return json::serialize(body);
}

std::string SyncBody(std::string_view agent_id, const std::optional<std::string>& last_command_id,
                     const std::deque<Event>& events, size_t events_max,
                     const AgentStatus& status) {
  json::object body;
  body["edge_agent_id"] = json::string_view(agent_id.data(), agent_id.size());
  body["last_command_id"] = nullptr;
  if (last_command_id) body["last_command_id"] = *last_command_id;
  json::array pending;
  for (size_t i = 0; i < std::min(events.size(), events_max); ++i) {
    pending.emplace_back(EventObject(events[i]));
  }
  body["pending_events"] = std::move(pending);
  body["status"] = SyncStatus(status);
  return json::serialize(body);
}

}  // namespace edgeplane::simulate
