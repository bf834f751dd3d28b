#include "storage/command_record.h"

#include <algorithm>
#include <utility>

#include "base/crypto.h"
#include "base/encoding.h"

namespace edgeplane::storage {
namespace {

Occurrence FromSystem(CommandEvent event, Time now, std::string detail) {
  return {event, now, Channel::kSystem, "", std::move(detail), "", ""};
}

// JSON can say it ("\u0000"), and not every store can hold it in a text.
std::string WithoutNul(std::string text) {
  std::replace(text.begin(), text.end(), '\0', '?');
  return text;
}

// Unambiguous whatever the values contain: every one is preceded by its length.
void AppendField(std::string& text, std::string_view value) {
  text += std::to_string(value.size());
  text += ':';
  text += value;
}

// What a move leaves behind besides the state.
void NoteMove(CommandRecord& record, const Occurrence& what) {
  switch (what.event) {
    case CommandEvent::kDeliver:
      record.deliver_time = what.time;
      record.deliver_channel = what.channel;
      record.deliver_session = what.session_id;
      return;
    case CommandEvent::kUnwritten:
      // Whoever speaks of what was handed out there cannot mean this one.
      record.deliver_session.clear();
      return;
    case CommandEvent::kAckFailed:
      record.command.error = what.error;
      record.command.result_json = what.result_json;
      return;
    case CommandEvent::kAckCompleted:
      record.command.result_json = what.result_json;
      return;
    default:
      return;
  }
}

bool Contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

Occurrence Delivery(const Claim& claim) {
  return {CommandEvent::kDeliver, claim.now, claim.channel, claim.fence.session_id, "", "", ""};
}

Occurrence SyncDelivery(const SyncRequest& request) {
  return {CommandEvent::kDeliver, request.now, Channel::kHttp, request.sync_id, "", "", ""};
}

Occurrence NamedBySync(const SyncRequest& request) {
  return {CommandEvent::kAckReceived,
          request.now,
          Channel::kHttp,
          request.sync_id,
          "The agent names it, or one handed out with it, as the last it has got.",
          "",
          ""};
}

Occurrence Acknowledgement(const Ack& ack) {
  const std::string error = WithoutNul(ack.error);
  std::string detail = WithoutNul(ack.status);
  if (!error.empty()) {
    if (!detail.empty()) detail += ": ";
    detail += error;
  }
  return {ack.event,
          ack.time,
          ack.channel,
          ack.fence.session_id,
          std::string(CutUtf8(detail, kDetailMax)),
          error,
          ack.result_json.size() <= kResultMax ? ack.result_json : ""};
}

Occurrence NeverWritten(Time now) {
  return FromSystem(CommandEvent::kUnwritten, now, "Nothing of it had been written to the agent.");
}

Occurrence SessionEnded(Time now) {
  return FromSystem(CommandEvent::kSessionEnded, now,
                    "The session ended before the agent had answered.");
}

Occurrence SyncUnanswered(Time now) {
  return FromSystem(CommandEvent::kUnwritten, now,
                    "Nothing of the answer that held it had been written to the agent.");
}

Occurrence SyncOverdue(Time now) {
  return FromSystem(CommandEvent::kSessionEnded, now,
                    "The agent polled it and has said nothing of it for too long.");
}

Occurrence Expiry(Time now) {
  return FromSystem(CommandEvent::kExpire, now, "Its expire_time has passed.");
}

Occurrence Cancellation(const std::string& reason, Time now) {
  return {CommandEvent::kCancel,
          now,
          Channel::kApi,
          "",
          std::string(CutUtf8(reason, kDetailMax)),
          "",
          ""};
}

Occurrence AgentDeletion(Time now) {
  return {CommandEvent::kCancel, now, Channel::kApi, "", "The agent was deleted.", "", ""};
}

Occurrence EndOfSession(const std::string& command_id, const WrittenCommands& written, Time now) {
  return !written || Contains(*written, command_id) ? SessionEnded(now) : NeverWritten(now);
}

std::optional<Occurrence> NotHeld(const std::string& command_id, const HeldSession& held,
                                  Time now) {
  if (!held.unacknowledged_known) return std::nullopt;
  if (Contains(held.unacknowledged_command_ids, command_id)) return std::nullopt;
  return NeverWritten(now);
}

bool IsUnreceived(const CommandRecord& record) {
  const Command& command = record.command;
  return command.state == CommandState::kDelivered ||
         (command.state == CommandState::kQueued && command.deliveries > 0);
}

bool IsOverdue(const CommandRecord& record, Time delivered_before) {
  return record.command.state == CommandState::kDelivered &&
         record.deliver_channel == Channel::kHttp && *record.deliver_time < delivered_before;
}

CommandRecord NewRecord(const NewCommand& command) {
  CommandRecord record;
  record.command.command_id = command.command_id;
  record.command.agent_id = command.agent_id;
  record.command.type = command.type;
  record.command.payload_json = command.payload_json;
  record.command.immediate = command.immediate;
  record.command.max_deliveries = command.max_deliveries;
  record.command.idempotency_key = command.idempotency_key;
  record.command.create_time = command.create_time;
  record.command.expire_time = command.expire_time;
  record.command.update_time = command.create_time;
  record.command.history.push_back(
      {1, command.create_time, CommandState::kQueued, Channel::kApi, "", ""});
  record.steps = 1;
  return record;
}

std::string SyncOf(const CommandRecord& record) {
  return record.deliver_channel == Channel::kHttp ? record.deliver_session : "";
}

std::vector<Event> SyncedEvents(const SyncRequest& request) {
  std::vector<Event> events = request.events;
  for (Event& event : events) {
    event.agent_id = request.agent_id;
    event.channel = Channel::kHttp;
  }
  return events;
}

Advance AdvanceRecord(CommandRecord& record, const Occurrence& what) {
  Command& command = record.command;
  const StepOutcome outcome =
      ApplyEvent(command.state, command.deliveries, command.max_deliveries, what.event);
  if (outcome.effect == StepEffect::kIgnored || outcome.effect == StepEffect::kRefused) {
    return {outcome.effect, std::nullopt};
  }
  // A step that moves the state is kept even beyond the limit: without it the
  // history would contradict the state.
  if (outcome.effect == StepEffect::kRepeats && record.steps >= kHistoryMax) {
    return {outcome.effect, std::nullopt};
  }
  command.state = outcome.state;
  command.deliveries = outcome.deliveries;
  command.update_time = what.time;
  if (outcome.effect == StepEffect::kMoves) NoteMove(record, what);
  CommandStep step{++record.steps, what.time,       outcome.state,
                   what.channel,   what.session_id, what.detail};
  command.history.push_back(step);
  if (const std::optional<int32_t> last = ForgottenUpTo(step)) {
    std::erase_if(command.history, [last](const CommandStep& kept) {
      return kept.number > 1 && kept.number <= *last;
    });
  }
  return {outcome.effect, std::move(step)};
}

std::optional<int32_t> ForgottenUpTo(const CommandStep& step) {
  // No other steps that move a command can follow each other without end: an
  // agent that dies of a command comes back for it until it expires. Nor can
  // others stand before them, so no acknowledgement is forgotten.
  const bool goes_round =
      step.state == CommandState::kQueued || step.state == CommandState::kDelivered;
  if (!goes_round || step.number <= kHistoryMax) return std::nullopt;
  return step.number - kHistoryMax + 1;
}

std::string ContentDigest(const NewCommand& command) {
  std::string text;
  AppendField(text, command.type);
  AppendField(text, command.payload_json);
  AppendField(text, command.immediate ? "immediate" : "normal");
  AppendField(text, std::to_string(command.max_deliveries));
  AppendField(text, std::to_string(command.ttl.count()));
  return Sha256(text);
}

bool IsHeldBy(const std::optional<Session>& open, const Fence& fence) {
  return open.has_value() && open->agent_id == fence.agent_id &&
         open->session_id == fence.session_id && open->epoch == fence.epoch;
}

bool IsReachedBy(const std::optional<Session>& open, const Fence& fence, int64_t link) {
  return IsHeldBy(open, fence) && open->lease.link == link;
}

AckJudgement JudgeAck(const Ack& ack, bool session_is_open, bool applied_before,
                      CommandRecord* record) {
  if (record != nullptr && applied_before) return {{AckVerdict::kAlreadyApplied, {}, {}}, {}};
  if (!session_is_open && ack.channel != Channel::kHttp) return {{AckVerdict::kFenced, {}, {}}, {}};
  if (record == nullptr) return {{AckVerdict::kUnknown, {}, {}}, {}};
  Advance advance = AdvanceRecord(*record, Acknowledgement(ack));
  if (advance.effect == StepEffect::kRefused) return {{AckVerdict::kNotDelivered, {}, {}}, {}};
  if (!advance.step) return {{AckVerdict::kHistoryFull, {}, {}}, {}};
  AckJudgement judgement{{AckVerdict::kApplied, {}, {}}, std::move(advance.step)};
  if (advance.effect == StepEffect::kMoves) {
    judgement.outcome.moved_to = record->command.state;
    judgement.outcome.delivered_at = record->deliver_time;
  }
  return judgement;
}

}  // namespace edgeplane::storage
