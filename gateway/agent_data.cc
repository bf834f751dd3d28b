#include "gateway/agent_data.h"

#include <array>
#include <boost/beast/core/string.hpp>
#include <boost/json/serialize.hpp>
#include <cctype>
#include <optional>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/json.h"
#include "base/uuid.h"
#include "gateway/json_members.h"

namespace edgeplane::gateway {

namespace {

namespace json = boost::json;

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

// Agents mean a string; some send what their exception gave them.
std::string ErrorText(const json::object& data) {
  const json::value* error = Member(data, "error");
  if (error == nullptr) return "";
  const std::string text =
      error->is_string() ? std::string(error->get_string()) : json::serialize(*error);
  return std::string(CutUtf8(text, kAckErrorBytesMax));
}

std::optional<v1::CommandAck::Outcome> OutcomeOf(const json::object& data, std::string& status) {
  const json::value* word = Member(data, "status");
  if (word != nullptr && word->is_string()) {
    for (const StatusWord& known : kStatusWords) {
      if (boost::beast::iequals(known.word, std::string_view(word->get_string()))) {
        status = known.word;
        return known.outcome;
      }
    }
  }
  // The older form; and of one that has both, what can be understood.
  const json::value* success = Member(data, "success");
  if (success == nullptr || !success->is_bool()) return std::nullopt;
  status = success->get_bool() ? "success" : "failure";
  return success->get_bool() ? v1::CommandAck::COMPLETED : v1::CommandAck::FAILED;
}

// At most `bytes_max` bytes, and without U+0000, which JSON can say ("\u0000") and
// not every store can hold in a text. Inside JSON that is kept as JSON it stays an
// escape.
bool Storable(const std::string& text, size_t bytes_max) {
  return text.size() <= bytes_max && text.find('\0') == std::string::npos;
}

bool StorableName(const std::optional<std::string>& text, size_t bytes_max) {
  return text && !text->empty() && Storable(*text, bytes_max);
}

}  // namespace

std::variant<AckMessage, MalformedMessage> ReadAck(const json::object& data) {
  const json::value* id = Member(data, "command_id");
  if (id == nullptr || !id->is_string() || !IsUuid(std::string_view(id->get_string()))) {
    return MalformedMessage{"An acknowledgement's command_id is not a UUID."};
  }
  AckMessage ack;
  ack.command_id = CanonicalUuid(std::string(std::string_view(id->get_string())));
  const auto outcome = OutcomeOf(data, ack.status);
  if (!outcome) {
    return MalformedMessage{"An acknowledgement has neither a known status nor a boolean success."};
  }
  ack.outcome = *outcome;
  ack.error = ErrorText(data);
  // The outcome is worth more than its result: one that cannot be kept is left
  // out, and the rest is taken.
  ack.result_json = ObjectMember(data, "result", kAckResultBytesMax).value_or("");
  ack.result_left_out = ack.result_json.empty() && Member(data, "result") != nullptr;
  ack.timestamp =
      TextMember(data, "timestamp").value_or(TextMember(data, "completed_at").value_or(""));
  return ack;
}

int64_t AckOrdinal(const AckMessage& ack) {
  if (ack.timestamp.empty()) return 0;
  std::string named = ack.command_id;
  named += ' ' + std::to_string(ack.outcome);
  // The length keeps the two texts apart.
  named += ' ' + std::to_string(ack.timestamp.size()) + ' ' + ack.timestamp + ack.error;
  const std::string digest = Sha256(named);
  uint64_t ordinal = 0;
  for (size_t i = 0; i < sizeof(ordinal); ++i) {
    ordinal = ordinal << 8 | static_cast<unsigned char>(digest[i]);
  }
  ordinal >>= 1;
  return ordinal == 0 ? 1 : static_cast<int64_t>(ordinal);
}

std::variant<EventMessage, MalformedMessage> ReadEvent(const json::value& data) {
  const json::object* object = data.if_object();
  if (object == nullptr) return MalformedMessage{"An event is not an object."};
  const std::optional<std::string> id = TextMember(*object, "event_id");
  if (!StorableName(id, kEventIdBytesMax)) {
    return MalformedMessage{"An event's event_id is not 1 to 128 bytes of text without U+0000."};
  }
  const std::optional<std::string> type = TextMember(*object, "event_type");
  if (!StorableName(type, kEventTypeBytesMax)) {
    return MalformedMessage{"An event's event_type is not 1 to 128 bytes of text without U+0000."};
  }
  const std::string thread = TextMember(*object, "thread_id").value_or("");
  if (!Storable(thread, kEventThreadBytesMax)) {
    return MalformedMessage{"An event's thread_id is longer than 256 bytes, or has U+0000."};
  }
  const json::value* details = Member(*object, "details");
  if (details != nullptr && !details->is_object()) {
    return MalformedMessage{"An event's details are not an object."};
  }
  std::string details_json = details != nullptr ? CanonicalJson(*details) : "{}";
  if (id->size() + type->size() + thread.size() + details_json.size() > kEventBytesMax) {
    return MalformedMessage{"An event is larger than 256 KiB."};
  }
  EventMessage message;
  message.id_json = CanonicalJson(*Member(*object, "event_id"));
  message.event.set_event_id(*id);
  message.event.set_event_type(*type);
  message.event.set_thread_id(thread);
  message.event.set_details_json(std::move(details_json));
  return message;
}

std::variant<StatusMessage, MalformedMessage> ReadStatus(const json::object& message,
                                                         std::string_view name) {
  if (Member(message, name) == nullptr) return StatusMessage{};
  std::optional<std::string> text = ObjectMember(message, name, kAgentStatusBytesMax);
  if (!text) return MalformedMessage{"A status is not an object of at most 16 KiB."};
  return StatusMessage{*std::move(text)};
}

}  // namespace edgeplane::gateway
