// May this agent connect? One pure function decides, and everything that asks
// (Admit now, whoever explains a decision later) calls it: no second opinion
// exists.
//
// A stranger must learn nothing, so who it is comes first, and every decision
// does the same work: as many secrets are unsealed, compared and, for a token,
// signed with, whether the agent has eight, one or none, or is not registered
// at all, and whether there is a fleet secret or not.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "edgeplane/v1/reason.pb.h"
#include "edgeplane/v1/refusal.pb.h"
#include "services/registry/registry_settings.h"
#include "services/registry/vault.h"
#include "storage/agent.h"

namespace edgeplane::registry {

// As many as the store keeps of one agent and the fleet secret, so as many as are
// always examined.
inline constexpr size_t kSecretsExamined = storage::kSecretsMax + 1;

struct AdmissionInput {
  std::string_view agent_id;
  std::string_view bearer;
  std::string_view peer_address;
  const storage::AgentCredentials* registered = nullptr;  // null: no such agent
  Time now{};
};

struct AdmissionPolicy {
  Duration token_max_age{};
  Duration token_max_skew{};
  const Vault* vault = nullptr;
  // Examined in place of the secrets an agent does not have. Nobody knows what
  // it seals.
  std::string decoy_sealed;
  // What is accepted of agents that are registered and have no secret in force;
  // nothing: off.
  std::optional<storage::SealedSecret> fleet_secret;
};

// `vault` must outlive the policy. An empty `fleet_secret` is none.
AdmissionPolicy MakeAdmissionPolicy(const RegistrySettings& settings, const Vault& vault,
                                    const Secret& fleet_secret = Secret());

struct AdmissionRefusal {
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  std::string detail;  // sentences for the operator; never a secret
  v1::Presented presented;
  v1::Expected expected;
};

struct [[nodiscard]] AdmissionVerdict {
  std::optional<AdmissionRefusal> refusal;  // nothing: admitted
  // What the agent authenticated with; shown in the log, never a secret.
  std::string credential_kind;
  // Where it was admitted: the fingerprint of its own secret that it used, or that
  // it was the fleet secret.
  std::string secret_fingerprint;
  bool fleet_secret = false;
  size_t secrets_examined = 0;  // always kSecretsExamined
  // A stored secret did not open: sealed under another master key, or changed.
  bool secret_unreadable = false;

  [[nodiscard]] bool admitted() const { return !refusal.has_value(); }
};

AdmissionVerdict Decide(const AdmissionInput& input, const AdmissionPolicy& policy);

}  // namespace edgeplane::registry
