#include "services/admin/agent_secrets.h"

#include <utility>

#include "base/secret.h"
#include "services/admin/convert.h"
#include "services/admin/validation.h"
#include "services/registry/made_secret.h"

namespace edgeplane::admin {

Result<v1::RotateSecretResponse> AgentSecrets::Rotate(const v1::RotateSecretRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  const std::string& agent_id = request.agent_id();
  const Duration overlap = FromProto(request.overlap());
  const Secret secret = registry::MakeRandomToken();
  const Time now = clock_.Now();
  const auto agent = store_.RotateSecret(
      agent_id, registry::SealAgentSecret(vault_, secret.Reveal(), agent_id, now), now + overlap);
  const bool in_doubt = !agent.ok() && agent.error().code == v1::ErrorReason::STORE_IN_DOUBT;
  // In doubt too: better to end the session of an agent that may come back at
  // once than to leave one open that must not be.
  if (overlap == Duration::zero() && (agent.ok() || in_doubt)) {
    control_.EndSession(agent_id, v1::CREDENTIALS_REVOKED);
  }
  if (!agent.ok()) {
    Error error = agent.error();
    if (in_doubt) {
      error.message += " Rotate again: if a new secret is in force by this call, nobody has it.";
    }
    return error;
  }
  v1::RotateSecretResponse response;
  *response.mutable_agent() = ToProto(*agent);
  response.set_secret(std::string(secret.Reveal()));
  return response;
}

Result<v1::Agent> AgentSecrets::Retire(const v1::RetireSecretRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  const auto agent = store_.RetireSecrets(request.agent_id(), clock_.Now());
  if (!agent.ok()) return agent.error();
  // In doubt nothing is ended here: the registry looks for sessions whose secret
  // has lapsed by itself.
  if (agent->session && agent->session->secret_fingerprint != agent->secret_fingerprint) {
    control_.EndSession(request.agent_id(), v1::CREDENTIALS_REVOKED);
  }
  return ToProto(*agent);
}

}  // namespace edgeplane::admin
