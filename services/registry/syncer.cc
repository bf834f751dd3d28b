#include "services/registry/syncer.h"

#include <utility>

#include "base/log.h"
#include "services/registry/command_moves.h"
#include "services/registry/dispatcher.h"
#include "services/registry/link_messages.h"
#include "services/registry/reported.h"
#include "services/registry/session_directory.h"
#include "services/registry/store_failure.h"
#include "services/registry/unanswered_syncs.h"

namespace edgeplane::registry {
namespace {

void LogLeftOut(const v1::Caller& caller, const ReportedSync& read) {
  if (!read.left_out_events.empty()) {
    LogWarning("sync events invalid", {{"agent", caller.agent_id()},
                                       {"gateway", caller.gateway_id()},
                                       {"count", read.left_out_events.size()},
                                       {"error", read.why_left_out}});
  }
  if (!read.why_no_status.empty()) {
    LogWarning("sync status invalid", {{"agent", caller.agent_id()},
                                       {"gateway", caller.gateway_id()},
                                       {"error", read.why_no_status}});
  }
}

}  // namespace

Status Syncer::Sync(const v1::SyncRequest& request, v1::SyncResponse& response,
                    const Abandoned& abandoned) {
  const CallerRef caller = CallerOf(request.caller());
  if (Status status = CheckCaller(caller, Naming::kRequired); !status.ok()) return status;
  Result<ReportedSync> read = ToSync(request);
  if (!read.ok()) return read.error();
  {
    const AdmissionTimer timer(parts_.metrics);
    Result<AdmissionVerdict> verdict = authenticator_.Ask(caller);
    if (!verdict.ok()) return verdict.error();
    if (!verdict->admitted()) {
      *response.mutable_refused() = ToRefusedAttempt(*std::move(verdict->refusal));
      return {};
    }
  }
  if (abandoned()) return CallerGone();
  LogLeftOut(request.caller(), *read);
  Status status = Exchange(std::move(read->sync), response, abandoned);
  if (status.ok() && response.has_result()) {
    response.mutable_result()->mutable_left_out_events()->Assign(read->left_out_events.begin(),
                                                                 read->left_out_events.end());
  }
  return status;
}

Status Syncer::Exchange(storage::SyncRequest sync, v1::SyncResponse& response,
                        const Abandoned& abandoned) {
  sync.count_max = static_cast<size_t>(parts_.settings.sync_commands_max);
  sync.bytes_max = static_cast<size_t>(parts_.settings.sync_bytes_max);
  sync.now = parts_.clock.Now();
  const Result<storage::SyncOutcome> outcome = parts_.store.SyncAgent(sync);
  if (!outcome.ok()) {
    if (std::optional<AdmissionRefusal> refusal = ChangedMeanwhile(outcome.error())) {
      *response.mutable_refused() = ToRefusedAttempt(*std::move(refusal));
      return {};
    }
    // If it is in doubt, the gateway says that there was no answer, and that takes
    // back what was handed out.
    return StoreFailed("SyncAgent", outcome.error());
  }
  Note(*outcome);
  if (abandoned() || parts_.unanswered.Contains(sync.sync_id)) {
    const Status status = TakeBackSync(parts_, sync.agent_id, sync.sync_id);
    return status.ok() ? CallerGone() : StoreFailed("ReturnSync", status.error());
  }
  v1::SyncResponse::Result& result = *response.mutable_result();
  const Time now = parts_.clock.Now();
  for (const storage::Command& command : outcome->commands) {
    if (IsFirstOnTheWire(command)) parts_.metrics.CommandOnTheWireAfter(now - command.create_time);
    SetDeliver(sync.sync_id, command, *result.add_commands());
  }
  if (outcome->config) result.set_config_json(outcome->config->config_json);
  return {};
}

void Syncer::Note(const storage::SyncOutcome& outcome) const {
  NoteMoved(parts_, outcome.received);
  NoteMoved(parts_, outcome.commands);
  if (outcome.events_stored == 0) return;
  parts_.metrics.EventsStored(storage::Channel::kHttp, outcome.events_stored);
  parts_.event_signals.Changed();
}

Status TakeBackSync(const RegistryParts& parts, const std::string& agent_id,
                    const std::string& sync_id) {
  const Time now = parts.clock.Now();
  parts.unanswered.Note(sync_id, now);
  const Result<storage::SyncReturned> returned = parts.store.ReturnSync(agent_id, sync_id, now);
  if (!returned.ok()) return returned.error();
  NoteMoved(parts, returned->commands);
  if (returned->config && parts.directory.WantConfig(agent_id)) parts.dispatcher.Wake(agent_id);
  return {};
}

}  // namespace edgeplane::registry
