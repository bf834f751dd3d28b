#include "gateway/agent_text.h"

#include <google/protobuf/struct.pb.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/json.h"
#include "base/reasons.h"
#include "base/timestamp.h"
#include "gateway/json_members.h"

namespace edgeplane::gateway {

namespace {

namespace json = boost::json;

void PutText(json::object& into, std::string_view name, const std::string& text) {
  if (!text.empty()) into[name] = text;
}

void PutTime(json::object& into, std::string_view name, bool known,
             const google::protobuf::Timestamp& time) {
  if (known) into[name] = FormatTime(GetTime(time));
}

json::object ToJson(const google::protobuf::Struct& fields);

json::value ToJson(const google::protobuf::Value& value) {
  switch (value.kind_case()) {
    case google::protobuf::Value::kNumberValue: {
      // A Struct knows doubles only: 3 must not come out as 3.0.
      const double number = value.number_value();
      if (const auto whole = WholeNumber(number)) return *whole;
      return number;
    }
    case google::protobuf::Value::kStringValue:
      return json::value(value.string_value());
    case google::protobuf::Value::kBoolValue:
      return value.bool_value();
    case google::protobuf::Value::kStructValue:
      return ToJson(value.struct_value());
    case google::protobuf::Value::kListValue: {
      json::array list;
      for (const google::protobuf::Value& one : value.list_value().values()) {
        list.push_back(ToJson(one));
      }
      return list;
    }
    default:
      return nullptr;
  }
}

json::object ToJson(const google::protobuf::Struct& fields) {
  json::object object;
  for (const auto& [name, value] : fields.fields()) object[name] = ToJson(value);
  return object;
}

json::object ToJson(const v1::Refusal& refusal) {
  json::object object;
  PutText(object, "refusal_id", refusal.refusal_id());
  object["reason"] = NameOf(refusal.reason());
  object["message"] =
      refusal.sentence().empty() ? TraitsOf(refusal.reason()).sentence() : refusal.sentence();
  PutText(object, "detail", refusal.detail());
  PutText(object, "peer_address", refusal.peer_address());
  if (refusal.http_status() != 0) object["http_status"] = refusal.http_status();
  object["count"] = refusal.count();
  PutTime(object, "first_time", refusal.has_create_time(), refusal.create_time());
  PutTime(object, "last_time", refusal.has_last_time(), refusal.last_time());
  return object;
}

}  // namespace

std::string AgentText(const v1::DescribeAgentResponse::Description& description) {
  const v1::Agent& agent = description.agent();
  json::object object;
  object["edge_agent_id"] = agent.agent_id();
  PutText(object, "user_phone", agent.user_phone());
  PutText(object, "display_name", agent.display_name());
  json::object labels;
  for (const auto& [key, value] : agent.labels()) labels[key] = value;
  object["labels"] = std::move(labels);
  object["disabled"] = agent.disabled();
  PutText(object, "disabled_reason", agent.disabled_reason());
  PutTime(object, "create_time", agent.has_create_time(), agent.create_time());
  object["connected"] = agent.has_session();
  if (agent.has_session()) {
    PutTime(object, "connected_since", agent.session().has_open_time(),
            agent.session().open_time());
    PutText(object, "peer_address", agent.session().peer_address());
    PutText(object, "gateway_id", agent.session().gateway_id());
  }
  PutTime(object, "last_sync_time", agent.has_last_sync_time(), agent.last_sync_time());
  if (agent.has_status()) {
    object["status"] = ToJson(agent.status().fields());
    PutTime(object, "status_time", agent.status().has_time(), agent.status().time());
  }
  object["config_version"] = agent.config_version();
  object["delivered_config_version"] = agent.delivered_config_version();
  if (description.has_last_refusal()) object["last_refusal"] = ToJson(description.last_refusal());
  object["queue"] = {{"queued", description.queued_commands()},
                     {"in_flight", description.commands_in_flight()}};
  return CanonicalJson(object);
}

}  // namespace edgeplane::gateway
