#include "services/registry/acknowledger.h"

#include <utility>
#include <variant>
#include <vector>

#include "services/registry/applied_acks.h"
#include "services/registry/hmac_token.h"
#include "services/registry/reported.h"
#include "services/registry/store_failure.h"

namespace edgeplane::registry {
namespace {

v1::AcknowledgeResponse::Verdict ToProto(storage::AckVerdict verdict) {
  switch (verdict) {
    case storage::AckVerdict::kApplied:
    case storage::AckVerdict::kAlreadyApplied:
    case storage::AckVerdict::kHistoryFull:  // it would change nothing: the agent may forget it
      return v1::AcknowledgeResponse::APPLIED;
    case storage::AckVerdict::kUnknown:
      return v1::AcknowledgeResponse::COMMAND_UNKNOWN;
    case storage::AckVerdict::kNotDelivered:
      return v1::AcknowledgeResponse::NOT_DELIVERED;
    case storage::AckVerdict::kFenced:  // only sessions are
      break;
  }
  return v1::AcknowledgeResponse::VERDICT_UNSPECIFIED;
}

std::string NobodysDetail(const std::string& command_id) {
  return "The request names no agent, and what it presents is no token that would. It is about the "
         "command " +
         command_id + ", whose agent it would have to be, but there is no such command.";
}

}  // namespace

Status Acknowledger::Acknowledge(const v1::AcknowledgeRequest& request,
                                 v1::AcknowledgeResponse& response) {
  CallerRef caller = CallerOf(request.caller());
  const bool names_agent = !caller.agent_id.empty();
  if (Status status = CheckCaller(caller, Naming::kOptional); !status.ok()) return status;
  Result<storage::Ack> ack = ToAck(request, {});
  if (!ack.ok()) return ack.error();
  {
    const AdmissionTimer timer(parts_.metrics);
    const Result<std::string> agent_id = WhoSpeaks(caller, ack->command_id);
    if (!agent_id.ok()) return agent_id.error();
    caller.agent_id = *agent_id;
    // Also for nobody: it takes as long, and ends as for an agent that is not known.
    Result<AdmissionVerdict> verdict = authenticator_.Ask(caller);
    if (!verdict.ok()) return verdict.error();
    if (!verdict->admitted()) {
      if (agent_id->empty()) verdict->refusal->detail = NobodysDetail(ack->command_id);
      *response.mutable_refused() = ToRefusedAttempt(*std::move(verdict->refusal));
      if (!names_agent) response.mutable_refused()->set_agent_id(*agent_id);
      return {};
    }
    ack->fence.agent_id = *agent_id;
  }
  return Apply(*ack, response);
}

Result<std::string> Acknowledger::WhoSpeaks(const CallerRef& caller,
                                            const std::string& command_id) const {
  if (!caller.agent_id.empty()) return std::string(caller.agent_id);
  const TokenParse parse = ParseToken(caller.bearer);
  if (const auto* token = std::get_if<ParsedToken>(&parse)) return token->claims.agent_id;
  const Result<storage::Command> command = parts_.store.GetCommand(command_id);
  if (command.ok()) return command->agent_id;
  if (command.error().code == v1::ErrorReason::COMMAND_NOT_FOUND) return std::string();
  return StoreFailed("GetCommand", command.error());
}

Status Acknowledger::Apply(const storage::Ack& ack, v1::AcknowledgeResponse& response) {
  const Result<std::vector<storage::AckOutcome>> outcomes = ApplyAcks(parts_, {ack});
  if (!outcomes.ok()) return StoreFailed("ApplyAcks", outcomes.error());
  response.set_agent_id(ack.fence.agent_id);
  response.set_verdict(ToProto(outcomes->front().verdict));
  return {};
}

}  // namespace edgeplane::registry
