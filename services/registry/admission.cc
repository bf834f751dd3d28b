#include "services/registry/admission.h"

#include <cstdlib>
#include <utility>
#include <variant>

#include "base/timestamp.h"
#include "services/registry/address_rules.h"
#include "services/registry/hmac_token.h"
#include "services/registry/secret_match.h"
#include "services/registry/span_text.h"

namespace edgeplane::registry {
namespace {

constexpr char kRawSecret[] = "raw secret";
constexpr char kHmacToken[] = "HMAC token";

// Everything a decision is made from, looked at once.
struct Evidence {
  const AdmissionInput& input;
  const AdmissionPolicy& policy;
  TokenParse parse;
  SecretMatch match;

  [[nodiscard]] const ParsedToken* token() const { return std::get_if<ParsedToken>(&parse); }
  [[nodiscard]] const MalformedToken* malformed() const {
    return std::get_if<MalformedToken>(&parse);
  }
};

struct Finding {
  v1::Reason reason;
  std::string detail;
};

std::string Quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

std::string Since(const storage::SealedSecret& secret) {
  return secret.fingerprint + ", in force since " + FormatSeconds(secret.create_time);
}

std::string RetiredSentence(const char* what, const storage::SealedSecret& secret, Time now) {
  const Time retired = secret.retire_time.value_or(now);
  return std::string(what) + " the secret " + secret.fingerprint + ", which was retired " +
         FormatSeconds(retired) + ", " + SpanText(now - retired) + " ago.";
}

// The newest secret that would have been accepted.
const storage::SealedSecret* CurrentSecret(const AdmissionInput& input) {
  if (input.registered == nullptr) return nullptr;
  for (const storage::SealedSecret& secret : input.registered->secrets) {
    if (storage::IsAccepted(secret, input.now)) return &secret;
  }
  return nullptr;
}

// Whether the fleet secret serves this agent: one that has a secret of its own has
// left the fleet's behind.
bool FleetSecretServes(const Evidence& evidence) {
  return evidence.policy.fleet_secret && CurrentSecret(evidence.input) == nullptr;
}

std::string ExpectedSentence(const Evidence& evidence) {
  if (evidence.match.unreadable) {
    return " The stored secret cannot be opened: it was sealed under another master key, or has "
           "been changed in the store.";
  }
  const storage::SealedSecret* current = CurrentSecret(evidence.input);
  if (current == nullptr && evidence.policy.fleet_secret) {
    return " The agent has no secret of its own, so the fleet secret is expected: " +
           evidence.policy.fleet_secret->fingerprint + ".";
  }
  if (current == nullptr) return " The agent has no secret in force: give it one.";
  return " Expected is " + Since(*current) + ".";
}

Finding JudgeUnknown(const Evidence& evidence) {
  return {v1::AGENT_UNKNOWN, "No agent " + Quoted(evidence.input.agent_id) +
                                 " is registered; ids are compared byte for byte."};
}

Finding JudgeRawSecret(const Evidence& evidence) {
  if (evidence.match.equal_fleet) {
    return {
        v1::SECRET_MISMATCH,
        "Presented was the fleet secret, which is for agents that have no secret of their own." +
            ExpectedSentence(evidence)};
  }
  return {v1::SECRET_MISMATCH, "The secret presented has the fingerprint " +
                                   evidence.policy.vault->Fingerprint(evidence.input.bearer) + "." +
                                   ExpectedSentence(evidence)};
}

std::optional<Finding> JudgeTokenTime(const Evidence& evidence) {
  const Time now = evidence.input.now;
  const Time minted = evidence.token()->claims.mint_time;
  if (now - minted > evidence.policy.token_max_age) {
    return Finding{v1::TOKEN_EXPIRED, "The token was minted " + FormatSeconds(minted) + ", " +
                                          SpanText(now - minted) + " ago; token-max-age is " +
                                          SpanText(evidence.policy.token_max_age) + "."};
  }
  if (minted - now > evidence.policy.token_max_skew) {
    return Finding{v1::TOKEN_FROM_FUTURE, "The token was minted " + FormatSeconds(minted) + ", " +
                                              SpanText(minted - now) +
                                              " ahead of this clock; token-max-skew is " +
                                              SpanText(evidence.policy.token_max_skew) + "."};
  }
  return std::nullopt;
}

std::optional<Finding> JudgeToken(const Evidence& evidence) {
  const ParsedToken& token = *evidence.token();
  if (token.claims.agent_id != evidence.input.agent_id) {
    return Finding{v1::TOKEN_SUBJECT, "The token names " + Quoted(token.claims.agent_id) +
                                          "; the request names " + Quoted(evidence.input.agent_id) +
                                          "."};
  }
  const storage::SealedSecret* signer = evidence.match.signer;
  if (signer == nullptr && evidence.match.signer_fleet) {
    if (FleetSecretServes(evidence)) return JudgeTokenTime(evidence);
    return Finding{v1::TOKEN_SIGNATURE,
                   "The token is signed with the fleet secret, which is for agents that have no "
                   "secret of their own." +
                       ExpectedSentence(evidence)};
  }
  if (signer == nullptr) {
    return Finding{v1::TOKEN_SIGNATURE, "The token, minted " +
                                            FormatSeconds(token.claims.mint_time) +
                                            ", is not signed with any secret of this agent." +
                                            ExpectedSentence(evidence)};
  }
  if (!storage::IsAccepted(*signer, evidence.input.now)) {
    return Finding{v1::SECRET_RETIRED,
                   RetiredSentence("The token is signed with", *signer, evidence.input.now) +
                       ExpectedSentence(evidence)};
  }
  return JudgeTokenTime(evidence);
}

// Who is it? Nothing: the agent itself.
std::optional<Finding> Authenticate(const Evidence& evidence) {
  if (evidence.input.registered == nullptr) return JudgeUnknown(evidence);
  if (const storage::SealedSecret* equal = evidence.match.equal) {
    if (storage::IsAccepted(*equal, evidence.input.now)) return std::nullopt;
    return Finding{
        v1::SECRET_RETIRED,
        RetiredSentence("Presented was", *equal, evidence.input.now) + ExpectedSentence(evidence)};
  }
  if (evidence.match.equal_fleet && FleetSecretServes(evidence)) return std::nullopt;
  if (const MalformedToken* malformed = evidence.malformed()) {
    return Finding{
        v1::TOKEN_MALFORMED,
        "It decodes to text that begins like ID:PHONE:TS:HEX, but " + malformed->departure + "."};
  }
  return evidence.token() != nullptr ? JudgeToken(evidence) : JudgeRawSecret(evidence);
}

// It is the agent. May it?
std::optional<Finding> Authorize(const AdmissionInput& input) {
  const storage::Agent& agent = input.registered->agent;
  if (agent.disabled) {
    std::string detail = "An operator disabled the agent";
    if (agent.disable_time) {
      detail += " " + FormatSeconds(*agent.disable_time) + ", " +
                SpanText(input.now - *agent.disable_time) + " ago";
    }
    detail += agent.disabled_reason.empty() ? "; no reason was given."
                                            : "; the reason given: " + agent.disabled_reason;
    return Finding{v1::AGENT_DISABLED, std::move(detail)};
  }
  if (!IsAddressAllowed(agent.allowed_addresses, input.peer_address)) {
    std::string detail = "It connects from " + Quoted(input.peer_address) + "; allowed are ";
    for (size_t i = 0; i < agent.allowed_addresses.size(); ++i) {
      detail += (i == 0 ? "" : ", ") + agent.allowed_addresses[i];
    }
    return Finding{v1::ADDRESS_NOT_ALLOWED, detail + "."};
  }
  return std::nullopt;
}

v1::Presented MakePresented(const Evidence& evidence) {
  v1::Presented presented;
  const bool is_secret = std::holds_alternative<NotAToken>(evidence.parse) ||
                         evidence.match.equal != nullptr || evidence.match.equal_fleet;
  presented.set_credential_kind(is_secret ? kRawSecret : kHmacToken);
  if (is_secret)
    presented.set_fingerprint(evidence.policy.vault->Fingerprint(evidence.input.bearer));
  if (const ParsedToken* token = evidence.token(); token != nullptr && !is_secret) {
    presented.set_token_subject(token->claims.agent_id);
    SetTime(token->claims.mint_time, *presented.mutable_token_time());
    if (evidence.match.signer != nullptr) {
      presented.set_fingerprint(evidence.match.signer->fingerprint);
    } else if (evidence.match.signer_fleet) {
      presented.set_fingerprint(evidence.policy.fleet_secret->fingerprint);
    }
  }
  return presented;
}

v1::Expected MakeExpected(const Evidence& evidence, v1::Reason reason) {
  const AdmissionInput& input = evidence.input;
  v1::Expected expected;
  if (const storage::SealedSecret* current = CurrentSecret(input)) {
    expected.set_fingerprint(current->fingerprint);
    SetTime(current->create_time, *expected.mutable_secret_create_time());
  } else if (input.registered != nullptr && evidence.policy.fleet_secret) {
    expected.set_fingerprint(evidence.policy.fleet_secret->fingerprint);
  }
  if (reason == v1::ADDRESS_NOT_ALLOWED) {
    const auto& allowed = input.registered->agent.allowed_addresses;
    expected.mutable_allowed_addresses()->Add(allowed.begin(), allowed.end());
  }
  return expected;
}

// Of an agent that was admitted; null: the fleet's.
const storage::SealedSecret* SecretUsed(const Evidence& evidence) {
  return evidence.match.equal != nullptr ? evidence.match.equal : evidence.match.signer;
}

}  // namespace

AdmissionVerdict Decide(const AdmissionInput& input, const AdmissionPolicy& policy) {
  Evidence evidence{input, policy, ParseToken(input.bearer), {}};
  evidence.match = MatchSecrets(input, policy, evidence.token());

  AdmissionVerdict verdict;
  verdict.secrets_examined = evidence.match.examined;
  verdict.secret_unreadable = evidence.match.unreadable;
  v1::Presented presented = MakePresented(evidence);
  verdict.credential_kind = presented.credential_kind();

  std::optional<Finding> finding = Authenticate(evidence);
  if (!finding) finding = Authorize(input);
  if (finding) {
    verdict.refusal =
        AdmissionRefusal{finding->reason, std::move(finding->detail), std::move(presented),
                         MakeExpected(evidence, finding->reason)};
  } else if (const storage::SealedSecret* own = SecretUsed(evidence)) {
    verdict.secret_fingerprint = own->fingerprint;
  } else {
    verdict.fleet_secret = true;
  }
  return verdict;
}

}  // namespace edgeplane::registry
