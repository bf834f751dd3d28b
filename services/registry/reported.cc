#include "services/registry/reported.h"

#include <optional>
#include <string_view>
#include <utility>

#include "base/agent_limits.h"
#include "base/encoding.h"
#include "base/json.h"
#include "base/timestamp.h"
#include "base/uuid.h"
#include "services/registry/link_messages.h"

namespace edgeplane::registry {
namespace {

constexpr size_t kStatusWordBytesMax = 64;

Error Invalid(std::string message) {
  return MakeError(v1::ErrorReason::INVALID_FIELD, std::move(message));
}

Status CheckText(const char* name, const std::string& text, size_t bytes_min, size_t bytes_max) {
  if (text.size() < bytes_min || text.size() > bytes_max) {
    return Invalid(std::string(name) + " has " + std::to_string(text.size()) + " bytes; " +
                   std::to_string(bytes_min) + " to " + std::to_string(bytes_max) +
                   " are allowed.");
  }
  if (text.find('\0') != std::string::npos) return Invalid(std::string(name) + " has U+0000.");
  return {};
}

Status CheckObject(const char* name, const std::string& json, size_t bytes_max) {
  const auto value = ParseJson(json, {.bytes_max = bytes_max, .depth_max = kAgentJsonDepthMax});
  if (!value.ok()) return Invalid(std::string(name) + ": " + value.error().message);
  if (!value->is_object()) return Invalid(std::string(name) + " is not a JSON object.");
  return {};
}

std::string Cut(const std::string& text, size_t bytes_max) {
  return std::string(CutUtf8(text, bytes_max));
}

size_t BytesOf(const v1::ReportedEvent& event) {
  return event.event_id().size() + event.event_type().size() + event.thread_id().size() +
         event.details_json().size();
}

std::optional<storage::CommandEvent> EventOf(v1::CommandAck::Outcome outcome) {
  switch (outcome) {
    case v1::CommandAck::RECEIVED:
      return storage::CommandEvent::kAckReceived;
    case v1::CommandAck::EXECUTING:
      return storage::CommandEvent::kAckExecuting;
    case v1::CommandAck::COMPLETED:
      return storage::CommandEvent::kAckCompleted;
    case v1::CommandAck::FAILED:
      return storage::CommandEvent::kAckFailed;
    default:  // an open enum: also values a newer gateway may know
      return std::nullopt;
  }
}

// CommandAck and AcknowledgeRequest name these alike.
template <class Message>
Result<storage::Ack> WhatIsSaid(const Message& message) {
  if (Status status = CheckUuid("command_id", message.command_id()); !status.ok()) {
    return status.error();
  }
  const std::optional<storage::CommandEvent> event = EventOf(message.outcome());
  if (!event) return Invalid("outcome is not one this registry knows.");
  storage::Ack ack;
  ack.command_id = CanonicalUuid(message.command_id());
  ack.event = *event;
  ack.status = Cut(message.status(), kStatusWordBytesMax);
  ack.error = Cut(message.error(), kAckErrorBytesMax);
  if (CheckObject("result_json", message.result_json(), kAckResultBytesMax).ok()) {
    ack.result_json = message.result_json();
  }
  ack.time = GetTime(message.time());
  ack.ordinal = message.ordinal();
  return ack;
}

}  // namespace

Result<storage::Event> ToEvent(const v1::ReportedEvent& event, const std::string& agent_id,
                               storage::Channel channel, Time receive_time) {
  if (Status status = CheckAgentId(agent_id); !status.ok()) return status.error();
  if (Status status = CheckText("event_id", event.event_id(), 1, kEventIdBytesMax); !status.ok()) {
    return status.error();
  }
  if (Status status = CheckText("event_type", event.event_type(), 1, kEventTypeBytesMax);
      !status.ok()) {
    return status.error();
  }
  if (Status status = CheckText("thread_id", event.thread_id(), 0, kEventThreadBytesMax);
      !status.ok()) {
    return status.error();
  }
  if (Status status = CheckObject("details_json", event.details_json(), kEventBytesMax);
      !status.ok()) {
    return status.error();
  }
  storage::Event result;
  result.agent_id = agent_id;
  result.event_id = event.event_id();
  result.event_type = event.event_type();
  result.thread_id = event.thread_id();
  result.details_json = event.details_json();
  result.receive_time = receive_time;
  result.channel = channel;
  return result;
}

Result<storage::AgentStatus> ToStatus(const std::string& status_json, Time time) {
  if (Status status = CheckObject("status_json", status_json, kAgentStatusBytesMax); !status.ok()) {
    return status.error();
  }
  return storage::AgentStatus{status_json, time};
}

Result<storage::Ack> ToAck(const v1::CommandAck& message) {
  Result<storage::Fence> fence = FenceOf(message);
  if (!fence.ok()) return fence.error();
  if (message.ordinal() < 1) return Invalid("ordinal counts from 1.");
  Result<storage::Ack> ack = WhatIsSaid(message);
  if (!ack.ok()) return ack.error();
  ack->fence = *std::move(fence);
  ack->channel = storage::Channel::kWebSocket;
  return ack;
}

Result<storage::Ack> ToAck(const v1::AcknowledgeRequest& request, const std::string& agent_id) {
  if (request.ordinal() < 0) return Invalid("ordinal is 0 or above.");
  Result<storage::Ack> ack = WhatIsSaid(request);
  if (!ack.ok()) return ack.error();
  ack->fence.agent_id = agent_id;
  ack->channel = storage::Channel::kHttp;
  return ack;
}

namespace {

void ReadEvents(const v1::SyncRequest& request, Time time, ReportedSync& read) {
  size_t bytes = 0;
  for (int i = 0; i < request.events_size(); ++i) {
    const v1::ReportedEvent& reported = request.events(i);
    Result<storage::Event> event =
        ToEvent(reported, read.sync.agent_id, storage::Channel::kHttp, time);
    if (event.ok() && bytes + BytesOf(reported) > kSyncEventBytesMax) {
      event = Invalid("The events are larger than one sync may be.");
    }
    if (event.ok()) {
      bytes += BytesOf(reported);
      read.sync.events.push_back(*std::move(event));
      continue;
    }
    if (read.left_out_events.empty()) read.why_left_out = event.error().message;
    read.left_out_events.push_back(i);
  }
}

}  // namespace

Result<ReportedSync> ToSync(const v1::SyncRequest& request) {
  ReportedSync read;
  storage::SyncRequest& sync = read.sync;
  sync.agent_id = request.caller().agent_id();
  if (Status status = CheckUuid("sync_id", request.sync_id()); !status.ok()) {
    return status.error();
  }
  sync.sync_id = request.sync_id();
  if (!request.last_command_id().empty()) {
    if (Status status = CheckUuid("last_command_id", request.last_command_id()); !status.ok()) {
      return status.error();
    }
    sync.last_command_id = CanonicalUuid(request.last_command_id());
  }
  const Time time = GetTime(request.time());
  ReadEvents(request, time, read);
  if (request.status_json().empty()) return read;
  Result<storage::AgentStatus> status = ToStatus(request.status_json(), time);
  if (status.ok()) {
    sync.status = *std::move(status);
  } else {
    read.why_no_status = status.error().message;
  }
  return read;
}

}  // namespace edgeplane::registry
