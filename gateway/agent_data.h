// What agents say of commands, events and themselves: the JSON inside a message,
// which is the same whether it comes over the WebSocket or in an HTTP body. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "base/agent_limits.h"
#include "edgeplane/v1/agent_registry.pb.h"

namespace edgeplane::gateway {

struct MalformedMessage {
  std::string why;  // a sentence; never repeats the input
};

struct AckMessage {
  std::string command_id;  // a UUID, lower case
  v1::CommandAck::Outcome outcome = v1::CommandAck::OUTCOME_UNSPECIFIED;
  std::string status;       // the agent's own word
  std::string error;        // at most kAckErrorBytesMax
  std::string result_json;  // an object of at most kAckResultBytesMax; empty: none
  // There was a result, and it is no such object.
  bool result_left_out = false;
  // As the agent writes it; empty where it gives none.
  std::string timestamp;
};
// {"command_id","status"|"success","error"?,"timestamp"|"completed_at"?,"result"?}
std::variant<AckMessage, MalformedMessage> ReadAck(const boost::json::object& data);

// 63 bits over what makes two acknowledgements the same one; 0 where the agent
// gives no timestamp, so that nothing tells a repetition from a second word.
int64_t AckOrdinal(const AckMessage& ack);

struct EventMessage {
  v1::ReportedEvent event;
  // The id as JSON, as the agent sent it: a number stays a number.
  std::string id_json;
};
// {"event_id","event_type","thread_id"?,"details"}; U+0000 in one of the three texts,
// which no store can keep, is malformed.
std::variant<EventMessage, MalformedMessage> ReadEvent(const boost::json::value& data);

struct StatusMessage {
  std::string status_json;  // an object of at most kAgentStatusBytesMax; empty: there was none
};
// The member `name` of `message`.
std::variant<StatusMessage, MalformedMessage> ReadStatus(const boost::json::object& message,
                                                         std::string_view name);

}  // namespace edgeplane::gateway
