#include "cli/simulate/server_words.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/json.h"
#include "base/uuid.h"

namespace edgeplane::simulate {
namespace {

namespace json = boost::json;

// A command's payload has 64 KiB and 32 levels; what wraps it, a few more.
constexpr JsonLimits kMessageLimits{.bytes_max = 1024 * 1024, .depth_max = 40};
constexpr JsonLimits kAnswerLimits{.bytes_max = 16 * 1024 * 1024, .depth_max = 40};

const std::string* Text(const json::object& object, std::string_view name, std::string& scratch) {
  const json::value* member = object.if_contains({name.data(), name.size()});
  if (member == nullptr || !member->is_string()) return nullptr;
  const json::string& text = member->get_string();
  scratch.assign(text.data(), text.size());
  return &scratch;
}

// The members that a command may have besides command_id; those that may be left
// out are left out rather than null.
std::optional<Complaint> CheckMember(std::string_view name, const json::value& value,
                                     Command& command) {
  if (name == "command_type") {
    if (!value.is_string()) return Complaint{"a command whose command_type is no string"};
  } else if (name == "payload") {
    if (!value.is_object()) return Complaint{"a command whose payload is no object"};
  } else if (name == "priority") {
    if (value != "normal" && value != "immediate") {
      return Complaint{"a command whose priority is neither normal nor immediate"};
    }
  } else if (name == "timestamp") {
    if (!value.is_string()) return Complaint{"a command whose timestamp is no string"};
    const json::string& text = value.get_string();
    command.time = ParseTime({text.data(), text.size()});
    if (!command.time || !text.ends_with('Z')) {
      return Complaint{"a command whose timestamp is not RFC 3339 in UTC"};
    }
  } else if (name != "command_id") {
    return Complaint{"a command with a member that the protocol does not name"};
  }
  return std::nullopt;
}

std::variant<Command, Complaint> ReadCommand(const json::value& value) {
  if (!value.is_object()) return Complaint{"a command that is no object"};
  const json::object& data = value.get_object();
  Command command;
  std::string scratch;
  if (Text(data, "command_id", scratch) == nullptr || !IsUuid(scratch)) {
    return Complaint{"a command whose command_id is no UUID"};
  }
  command.command_id = scratch;
  for (const json::key_value_pair& member : data) {
    const json::string_view name = member.key();
    if (auto complaint = CheckMember({name.data(), name.size()}, member.value(), command)) {
      return *complaint;
    }
  }
  if (!data.contains("command_type") || !data.contains("payload")) {
    return Complaint{"a command without command_type or payload"};
  }
  return command;
}

ServerMessage ReadData(std::string_view type, const json::value& data) {
  if (type == "command") {
    std::variant<Command, Complaint> command = ReadCommand(data);
    if (auto* good = std::get_if<Command>(&command)) return std::move(*good);
    return std::get<Complaint>(command);
  }
  if (!data.is_object()) return Complaint{"a message whose data is no object"};
  if (type == "config_update") return ConfigUpdate{};
  std::string event_id;
  if (data.get_object().size() != 1 || Text(data.get_object(), "event_id", event_id) == nullptr) {
    return Complaint{"an event_ack whose data is not an event_id alone"};
  }
  return EventAck{std::move(event_id)};
}

}  // namespace

ServerMessage ParseServerMessage(std::string_view text) {
  const Result<json::value> value = ParseJson(text, kMessageLimits);
  if (!value.ok()) return Complaint{"a message that is no JSON"};
  if (!value->is_object()) return Complaint{"a message that is no object"};
  const json::object& object = value->get_object();
  std::string type;
  if (Text(object, "type", type) == nullptr) return Complaint{"a message without a type"};
  if (type == "pong" || type == "connected") {
    if (object.size() != 1) return Complaint{"a pong or welcome with more than its type"};
    if (type == "pong") return Pong{};
    return Connected{};
  }
  if (type != "command" && type != "config_update" && type != "event_ack") {
    return Complaint{"a message of an unknown type"};
  }
  const json::value* data = object.if_contains("data");
  if (data == nullptr || object.size() != 2) {
    return Complaint{"a message that is not type and data"};
  }
  return ReadData(type, *data);
}

std::variant<SyncAnswer, Complaint> ParseSyncAnswer(std::string_view text) {
  const Result<json::value> value = ParseJson(text, kAnswerLimits);
  if (!value.ok() || !value->is_object()) return Complaint{"a sync answer that is no JSON object"};
  const json::object& object = value->get_object();
  const json::value* commands = object.if_contains("commands");
  const json::value* acked = object.if_contains("ack_events");
  const json::value* config = object.if_contains("config_updates");
  if (commands == nullptr || !commands->is_array() || acked == nullptr || !acked->is_array()) {
    return Complaint{"a sync answer without commands or ack_events"};
  }
  if (config != nullptr && !config->is_object()) {
    return Complaint{"a sync answer whose config_updates is no object"};
  }
  if (object.size() != (config != nullptr ? 3U : 2U)) {
    return Complaint{"a sync answer with a member that the protocol does not name"};
  }
  SyncAnswer answer;
  answer.config_update = config != nullptr;
  for (const json::value& one : commands->get_array()) {
    std::variant<Command, Complaint> command = ReadCommand(one);
    if (auto* complaint = std::get_if<Complaint>(&command)) return *complaint;
    answer.commands.push_back(std::get<Command>(std::move(command)));
  }
  for (const json::value& one : acked->get_array()) {
    if (!one.is_string()) return Complaint{"a sync answer whose ack_events are no strings"};
    answer.acked_events.emplace_back(one.get_string().data(), one.get_string().size());
  }
  return answer;
}

}  // namespace edgeplane::simulate
