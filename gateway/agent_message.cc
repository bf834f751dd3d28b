#include "gateway/agent_message.h"

#include <array>
#include <boost/beast/core/string.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <optional>

#include "base/clock.h"
#include "base/encoding.h"
#include "base/timestamp.h"
#include "base/uuid.h"
#include "gateway/credentials.h"

namespace edgeplane::gateway {

namespace {

namespace json = boost::json;

constexpr size_t kErrorMax = 4096;

struct StatusWord {
  std::string_view word;
  v1::CommandAck::Outcome outcome;
};
// `pending` is progress too: the agent has the command and will come to it.
constexpr std::array<StatusWord, 5> kStatusWords = {{{"received", v1::CommandAck::RECEIVED},
                                                     {"pending", v1::CommandAck::RECEIVED},
                                                     {"executing", v1::CommandAck::EXECUTING},
                                                     {"completed", v1::CommandAck::COMPLETED},
                                                     {"failed", v1::CommandAck::FAILED}}};

const json::string* StringMember(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_string() : nullptr;
}

// Agents mean a string; some send what their exception gave them.
std::string ErrorText(const json::object& data) {
  const json::value* error = data.if_contains("error");
  if (error == nullptr || error->is_null()) return "";
  const std::string text =
      error->is_string() ? std::string(error->get_string()) : json::serialize(*error);
  return std::string(CutUtf8(text, kErrorMax));
}

std::optional<v1::CommandAck::Outcome> OutcomeOf(const json::object& data, std::string& status) {
  if (const json::string* word = StringMember(data, "status")) {
    for (const StatusWord& known : kStatusWords) {
      if (boost::beast::iequals(known.word, std::string_view(*word))) {
        status = known.word;
        return known.outcome;
      }
    }
    return std::nullopt;
  }
  const json::value* success = data.if_contains("success");
  if (success == nullptr || !success->is_bool()) return std::nullopt;
  status = success->get_bool() ? "success" : "failure";
  return success->get_bool() ? v1::CommandAck::COMPLETED : v1::CommandAck::FAILED;
}

AgentMessage ParseAck(const json::object& message) {
  const json::value* data = message.if_contains("data");
  if (data == nullptr || !data->is_object()) {
    return MalformedMessage{"A command_ack has no data object."};
  }
  const json::string* id = StringMember(data->get_object(), "command_id");
  if (id == nullptr || !IsUuid(*id)) {
    return MalformedMessage{"A command_ack's command_id is not a UUID."};
  }
  AckMessage ack;
  ack.command_id = *id;
  for (char& c : ack.command_id) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto outcome = OutcomeOf(data->get_object(), ack.status);
  if (!outcome) {
    return MalformedMessage{"A command_ack has neither a known status nor a boolean success."};
  }
  ack.outcome = *outcome;
  ack.error = ErrorText(data->get_object());
  return ack;
}

}  // namespace

AgentMessage ParseAgentMessage(std::string_view text, const JsonLimits& limits) {
  const Result<json::value> parsed = ParseJson(text, limits);
  if (!parsed) return MalformedMessage{parsed.error().message};
  const json::object* message = parsed->if_object();
  if (message == nullptr) return MalformedMessage{"The message is not a JSON object."};
  const json::string* type = StringMember(*message, "type");
  if (type == nullptr) return MalformedMessage{"The message has no type."};
  if (*type == "ping") return PingMessage{};
  if (*type == "command_ack") return ParseAck(*message);
  if (*type == "status") return StatusMessage{};
  if (*type == "event") return EventMessage{};
  return UnknownMessage{Presentable(*type, 64)};
}

std::string CommandText(const v1::Deliver& command) {
  std::string text = R"({"type":"command","data":{"command_id":)";
  text += json::serialize(json::value(command.command_id()));
  text += R"(,"command_type":)" + json::serialize(json::value(command.type()));
  text += R"(,"payload":)" + command.payload_json();
  text += R"(,"timestamp":")" + FormatTime(GetTime(command.create_time()));
  text += R"(","priority":")";
  text += command.immediate() ? "immediate" : "normal";
  text += R"("}})";
  return text;
}

}  // namespace edgeplane::gateway
