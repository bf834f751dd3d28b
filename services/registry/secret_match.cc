#include "services/registry/secret_match.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/crypto.h"
#include "base/secret.h"

namespace edgeplane::registry {
namespace {

// Not a possible agent id, so it never opens an agent's secret.
constexpr std::string_view kDecoyContext = "(decoy)";
constexpr size_t kDecoyBytes = 32;

// Of what is there already and what was found now, the one to keep.
const storage::SealedSecret* Better(const storage::SealedSecret* kept,
                                    const storage::SealedSecret* found, Time now) {
  return kept != nullptr && (InForce(*kept, now) || !InForce(*found, now)) ? kept : found;
}

}  // namespace

AdmissionPolicy MakeAdmissionPolicy(const RegistrySettings& settings, const Vault& vault) {
  AdmissionPolicy policy;
  policy.token_max_age = settings.token_max_age;
  policy.token_max_skew = settings.token_max_skew;
  policy.vault = &vault;
  // As long as the secrets that are made here are: 64 hex digits.
  std::string decoy = RandomBytes(2 * kDecoyBytes);
  policy.decoy_sealed = vault.SealSecret(decoy, kDecoyContext);
  Wipe(decoy);
  return policy;
}

bool InForce(const storage::SealedSecret& secret, Time now) {
  return !secret.retire_time || *secret.retire_time > now;
}

SecretMatch MatchSecrets(const AdmissionInput& input, const AdmissionPolicy& policy,
                         const ParsedToken* token) {
  const size_t stored = input.registered == nullptr ? 0 : input.registered->secrets.size();
  SecretMatch match;
  // No early exit: the time says neither how many secrets there are nor which
  // of them it was.
  for (size_t i = 0; i < std::max(stored, kSecretsExamined); ++i) {
    const storage::SealedSecret* candidate = i < stored ? &input.registered->secrets[i] : nullptr;
    const std::optional<Secret> secret =
        candidate != nullptr ? policy.vault->OpenSecret(candidate->sealed, input.agent_id)
                             : policy.vault->OpenSecret(policy.decoy_sealed, kDecoyContext);
    ++match.examined;
    if (candidate != nullptr && !secret && InForce(*candidate, input.now)) match.unreadable = true;
    const std::string_view revealed = secret ? secret->Reveal() : std::string_view("");

    const bool equal = ConstantTimeEquals(revealed, input.bearer);
    const bool signed_with =
        token != nullptr &&
        ConstantTimeEquals(HmacSha256(revealed, token->signed_text), token->mac);
    if (candidate == nullptr || !secret || secret->empty()) continue;
    if (equal) match.equal = Better(match.equal, candidate, input.now);
    if (signed_with) match.signer = Better(match.signer, candidate, input.now);
  }
  return match;
}

}  // namespace edgeplane::registry
