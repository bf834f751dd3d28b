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
constexpr std::string_view kFleetContext = "(fleet)";  // nor is this
constexpr size_t kDecoyBytes = 32;

// Of what is there already and what was found now, the one to keep.
const storage::SealedSecret* Better(const storage::SealedSecret* kept,
                                    const storage::SealedSecret* found, Time now) {
  return kept != nullptr && (storage::IsAccepted(*kept, now) || !storage::IsAccepted(*found, now))
             ? kept
             : found;
}

struct Comparison {
  bool equal = false;
  bool signer = false;
};

// Takes as long for a secret that did not open, which nothing matches.
Comparison Compare(const std::optional<Secret>& secret, std::string_view bearer,
                   const ParsedToken* token) {
  const std::string_view revealed = secret ? secret->Reveal() : std::string_view("");
  const bool equal = ConstantTimeEquals(revealed, bearer);
  const bool signer =
      token != nullptr && ConstantTimeEquals(HmacSha256(revealed, token->signed_text), token->mac);
  if (revealed.empty()) return {};
  return {equal, signer};
}

}  // namespace

AdmissionPolicy MakeAdmissionPolicy(const RegistrySettings& settings, const Vault& vault,
                                    const Secret& fleet_secret) {
  AdmissionPolicy policy;
  policy.token_max_age = settings.token_max_age;
  policy.token_max_skew = settings.token_max_skew;
  policy.vault = &vault;
  // As long as the secrets that are made here are: 64 hex digits.
  std::string decoy = RandomBytes(2 * kDecoyBytes);
  policy.decoy_sealed = vault.SealSecret(decoy, kDecoyContext);
  Wipe(decoy);
  if (!fleet_secret.empty()) {
    policy.fleet_secret.emplace();
    policy.fleet_secret->sealed = vault.SealSecret(fleet_secret.Reveal(), kFleetContext);
    policy.fleet_secret->fingerprint = vault.Fingerprint(fleet_secret.Reveal());
  }
  return policy;
}

SecretMatch MatchSecrets(const AdmissionInput& input, const AdmissionPolicy& policy,
                         const ParsedToken* token) {
  const size_t stored = input.registered == nullptr ? 0 : input.registered->secrets.size();
  SecretMatch match;
  // No early exit: the time says neither how many secrets there are nor which
  // of them it was.
  for (size_t i = 0; i < std::max(stored, storage::kSecretsMax); ++i) {
    const storage::SealedSecret* candidate = i < stored ? &input.registered->secrets[i] : nullptr;
    const std::optional<Secret> secret =
        candidate != nullptr ? policy.vault->OpenSecret(candidate->sealed, input.agent_id)
                             : policy.vault->OpenSecret(policy.decoy_sealed, kDecoyContext);
    const Comparison found = Compare(secret, input.bearer, token);
    ++match.examined;
    if (candidate == nullptr) continue;
    if (!secret && storage::IsAccepted(*candidate, input.now)) match.unreadable = true;
    if (found.equal) match.equal = Better(match.equal, candidate, input.now);
    if (found.signer) match.signer = Better(match.signer, candidate, input.now);
  }
  const std::optional<Secret> fleet =
      policy.fleet_secret ? policy.vault->OpenSecret(policy.fleet_secret->sealed, kFleetContext)
                          : policy.vault->OpenSecret(policy.decoy_sealed, kDecoyContext);
  const Comparison found = Compare(fleet, input.bearer, token);
  ++match.examined;
  match.equal_fleet = policy.fleet_secret.has_value() && found.equal;
  match.signer_fleet = policy.fleet_secret.has_value() && found.signer;
  return match;
}

}  // namespace edgeplane::registry
