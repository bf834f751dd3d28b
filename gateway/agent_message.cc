#include "gateway/agent_message.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "base/clock.h"
#include "base/timestamp.h"
#include "gateway/credentials.h"
#include "gateway/json_members.h"

namespace edgeplane::gateway {

namespace {

namespace json = boost::json;

// Either of the two as a message.
template <class Message>
AgentMessage Widen(std::variant<Message, MalformedMessage> read) {
  return std::visit([](auto&& one) -> AgentMessage { return std::forward<decltype(one)>(one); },
                    std::move(read));
}

AgentMessage ParseAck(const json::object& message) {
  const json::value* data = Member(message, "data");
  if (data == nullptr || !data->is_object()) {
    return MalformedMessage{"A command_ack has no data object."};
  }
  return Widen(ReadAck(data->get_object()));
}

AgentMessage ParseEvent(const json::object& message) {
  const json::value* data = Member(message, "data");
  return Widen(ReadEvent(data != nullptr ? *data : json::value()));
}

}  // namespace

AgentMessage ParseAgentMessage(std::string_view text, const JsonLimits& limits) {
  const Result<json::value> parsed = ParseJson(text, limits);
  if (!parsed) return MalformedMessage{parsed.error().message};
  const json::object* message = parsed->if_object();
  if (message == nullptr) return MalformedMessage{"The message is not a JSON object."};
  const json::value* type = Member(*message, "type");
  if (type == nullptr || !type->is_string()) return MalformedMessage{"The message has no type."};
  const std::string_view word = type->get_string();
  if (word == "ping") return PingMessage{};
  if (word == "command_ack") return ParseAck(*message);
  if (word == "status") return Widen(ReadStatus(*message, "data"));
  if (word == "event") return ParseEvent(*message);
  return UnknownMessage{Presentable(word, 64)};
}

std::string CommandData(const v1::Deliver& command) {
  std::string text = R"({"command_id":)" + json::serialize(json::value(command.command_id()));
  text += R"(,"command_type":)" + json::serialize(json::value(command.type()));
  text += R"(,"payload":)" + command.payload_json();
  text += R"(,"timestamp":")" + FormatTime(GetTime(command.create_time()));
  text += R"(","priority":")";
  text += command.immediate() ? "immediate" : "normal";
  text += R"("})";
  return text;
}

std::string CommandText(const v1::Deliver& command) {
  return R"({"type":"command","data":)" + CommandData(command) + "}";
}

std::string ConfigText(std::string_view config_json) {
  return R"({"type":"config_update","data":)" + std::string(config_json) + "}";
}

std::string EventAckText(std::string_view id_json) {
  return R"({"type":"event_ack","data":{"event_id":)" + std::string(id_json) + "}}";
}

}  // namespace edgeplane::gateway
