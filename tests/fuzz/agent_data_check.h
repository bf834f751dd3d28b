// What must hold of whatever gateway/agent_data.h makes of an agent's JSON.
#pragma once

#include <string>
#include <string_view>

#include "base/encoding.h"
#include "base/json.h"
#include "base/uuid.h"
#include "gateway/agent_data.h"
#include "tests/fuzz/check.h"

namespace edgeplane::gateway {

inline void CheckObject(std::string_view text, size_t bytes_max) {
  FUZZ_CHECK(text.size() <= bytes_max);
  const Result<boost::json::value> value = ParseJson(text, {bytes_max, 64});
  FUZZ_CHECK(value.ok() && value->is_object());
}

inline void CheckAck(const AckMessage& ack) {
  FUZZ_CHECK(IsUuid(ack.command_id));
  for (const char c : ack.command_id) FUZZ_CHECK(c < 'A' || c > 'Z');
  FUZZ_CHECK(ack.outcome != v1::CommandAck::OUTCOME_UNSPECIFIED);
  FUZZ_CHECK(!ack.status.empty() && ack.status.size() <= 16);
  FUZZ_CHECK(ack.error.size() <= kAckErrorBytesMax && IsValidUtf8(ack.error));
  if (!ack.result_json.empty()) CheckObject(ack.result_json, kAckResultBytesMax);
  FUZZ_CHECK(!ack.result_left_out || ack.result_json.empty());
  FUZZ_CHECK((AckOrdinal(ack) == 0) == ack.timestamp.empty());
  FUZZ_CHECK(AckOrdinal(ack) >= 0);
}

inline void CheckEvent(const v1::ReportedEvent& event, std::string_view id_json) {
  FUZZ_CHECK(!event.event_id().empty() && event.event_id().size() <= 128);
  FUZZ_CHECK(!event.event_type().empty() && event.event_type().size() <= 128);
  FUZZ_CHECK(event.thread_id().size() <= 256);
  for (const std::string* text : {&event.event_id(), &event.event_type(), &event.thread_id()}) {
    FUZZ_CHECK(IsValidUtf8(*text));
  }
  CheckObject(event.details_json(), kEventBytesMax);
  const Result<boost::json::value> id = ParseJson(id_json, {});
  FUZZ_CHECK(id.ok() && (id->is_string() || id->is_number()));
}

inline void CheckStatus(std::string_view status_json) {
  if (!status_json.empty()) CheckObject(status_json, kAgentStatusBytesMax);
}

}  // namespace edgeplane::gateway
