#include "gateway/sync_text.h"

#include <boost/json/array.hpp>

#include "base/uuid.h"
#include "gateway/agent_message.h"
#include "gateway/json_members.h"

namespace edgeplane::gateway {

namespace {

namespace json = boost::json;

size_t BytesOf(const v1::ReportedEvent& event) {
  return event.event_id().size() + event.event_type().size() + event.thread_id().size() +
         event.details_json().size();
}

void LeaveOut(std::string why, SyncBody& body) {
  if (body.malformed++ == 0) body.why = std::move(why);
}

void TakeEvents(const json::value& pending, SyncBody& body) {
  const json::array* events = pending.if_array();
  if (events == nullptr) {
    return LeaveOut("pending_events is not a list.", body);
  }
  size_t bytes = 0;
  for (const json::value& one : *events) {
    std::variant<EventMessage, MalformedMessage> read = ReadEvent(one);
    if (auto* malformed = std::get_if<MalformedMessage>(&read)) {
      LeaveOut(std::move(malformed->why), body);
      continue;
    }
    EventMessage& event = std::get<EventMessage>(read);
    bytes += BytesOf(event.event);
    if (body.event_ids.size() == kSyncEventsMax || bytes > kSyncEventBytesMax) return;
    *body.request.add_events() = std::move(event.event);
    body.event_ids.push_back(std::move(event.id_json));
  }
}

}  // namespace

std::variant<SyncBody, MalformedMessage> ParseSync(std::string_view text,
                                                   const JsonLimits& limits) {
  const Result<json::value> parsed = ParseJson(text, limits);
  if (!parsed) return MalformedMessage{parsed.error().message};
  const json::object* object = parsed->if_object();
  if (object == nullptr) return MalformedMessage{"The body is not a JSON object."};
  SyncBody body;
  body.agent_id = TextMember(*object, "edge_agent_id").value_or("");
  const std::string last = TextMember(*object, "last_command_id").value_or("");
  if (IsUuid(last)) body.request.set_last_command_id(CanonicalUuid(last));
  if (const json::value* pending = Member(*object, "pending_events")) TakeEvents(*pending, body);
  std::variant<StatusMessage, MalformedMessage> status = ReadStatus(*object, "status");
  if (auto* malformed = std::get_if<MalformedMessage>(&status)) {
    LeaveOut(std::move(malformed->why), body);
  } else {
    body.request.set_status_json(std::move(std::get<StatusMessage>(status).status_json));
    body.has_status = !body.request.status_json().empty();
  }
  return body;
}

std::string SyncText(const v1::SyncResponse::Result& result,
                     const std::vector<std::string>& event_ids) {
  std::string text = R"({"commands":[)";
  for (const v1::Deliver& command : result.commands()) {
    if (text.back() != '[') text += ',';
    text += CommandData(command);
  }
  text += R"(],"ack_events":[)";
  auto left_out = result.left_out_events().begin();
  for (size_t i = 0; i < event_ids.size(); ++i) {
    if (left_out != result.left_out_events().end() && *left_out == static_cast<int>(i)) {
      ++left_out;
      continue;
    }
    if (text.back() != '[') text += ',';
    text += event_ids[i];
  }
  text += ']';
  if (!result.config_json().empty()) text += R"(,"config_updates":)" + result.config_json();
  return text + '}';
}

}  // namespace edgeplane::gateway
