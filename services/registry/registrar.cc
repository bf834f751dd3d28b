#include "services/registry/registrar.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "base/crypto.h"
#include "base/log.h"
#include "base/secret.h"
#include "services/registry/caller.h"
#include "services/registry/made_secret.h"
#include "services/registry/span_text.h"
#include "services/registry/store_failure.h"

namespace edgeplane::registry {
namespace {

using Outcome = RegistryMetrics::Registration;

constexpr size_t kPhoneDigitsMax = 15;  // E.164
constexpr size_t kPhoneBytesMax = 64;   // with what people write between them

// The digits; empty where it is no phone number.
std::string DigitsOf(std::string_view phone) {
  if (phone.size() > kPhoneBytesMax) return {};
  std::string digits = storage::PhoneDigits(phone);
  const bool valid =
      digits.size() <= kPhoneDigitsMax &&
      std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  return valid ? digits : std::string();
}

struct Finding {
  v1::Reason reason;
  std::string detail;
};

std::string UsesText(const storage::JoinToken& token) {
  return std::to_string(token.uses) + " of " + std::to_string(token.max_uses);
}

// Of every verdict but kJoined; `token` is null where there is none of that kind.
Finding Explain(storage::JoinVerdict verdict, const storage::JoinToken& token, Time now) {
  const std::string named = "The join token " + token.join_token_id;
  switch (verdict) {
    case storage::JoinVerdict::kExpired:
      return {v1::JOIN_TOKEN_EXPIRED, named + " expired " + FormatSeconds(token.expire_time) +
                                          ", " + SpanText(now - token.expire_time) + " ago."};
    case storage::JoinVerdict::kExhausted:
      return {v1::JOIN_TOKEN_EXHAUSTED,
              named + " has made " + UsesText(token) + " agents, and this would be one more."};
    case storage::JoinVerdict::kRevoked:
      return {v1::JOIN_TOKEN_REVOKED,
              named + " was revoked " + FormatSeconds(token.revoke_time.value_or(now)) + "."};
    case storage::JoinVerdict::kPhoneMismatch:
      return {v1::JOIN_TOKEN_PHONE_MISMATCH, named + " is for the phone " + token.user_phone + "."};
    default:
      return {v1::JOIN_TOKEN_UNKNOWN, "No join token is the one presented."};
  }
}

void Refuse(const storage::Joined& joined, const storage::Registration& asked,
            const std::string& fingerprint, v1::RegisterResponse& response) {
  Finding finding = Explain(joined.verdict, joined.token.value_or(storage::JoinToken()), asked.now);
  v1::RefusedAttempt& refused = *response.mutable_refused();
  refused.set_reason(finding.reason);
  refused.set_detail(finding.detail + " The phone that registers is " + asked.user_phone + ".");
  refused.mutable_presented()->set_credential_kind("join token");
  refused.mutable_presented()->set_fingerprint(fingerprint);
  refused.set_agent_id(asked.new_agent_id);
}

void LogSecretLost(const std::string& agent_id, std::string_view cause) {
  LogWarning(
      "agent secret lost",
      {{"agent", agent_id},
       {"cause", cause},
       {"remedy", "if the agent cannot connect, rotate its secret and give it the new one"}});
}

}  // namespace

Status Registrar::Register(const v1::RegisterRequest& request, v1::RegisterResponse& response,
                           const Abandoned& abandoned) {
  const CallerRef caller{
      request.gateway_id(), {}, request.registration_token(), request.peer_address()};
  if (Status status = CheckCaller(caller, Naming::kOptional); !status.ok()) return status;
  storage::Registration asked;
  asked.user_phone = DigitsOf(request.user_phone());
  if (asked.user_phone.empty()) {
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     "user_phone is not a phone number of one to fifteen digits.");
  }
  asked.token_sha256 = Sha256(request.registration_token());
  asked.new_agent_id = "edge_" + asked.user_phone;
  asked.now = parts_.clock.Now();
  Secret secret;
  if (request.issue_secret()) {
    secret = MakeRandomToken();
    asked.secret = SealAgentSecret(vault_, secret.Reveal(), asked.new_agent_id, asked.now);
  }
  if (abandoned()) return CallerGone();
  const Result<storage::Joined> joined = parts_.store.RegisterAgent(asked);
  if (!joined.ok()) {
    if (asked.secret && joined.error().code == v1::ErrorReason::STORE_IN_DOUBT) {
      LogSecretLost(asked.new_agent_id, "the store does not say whether it made the agent");
    }
    return StoreFailed("RegisterAgent", joined.error());
  }
  if (joined->verdict != storage::JoinVerdict::kJoined) {
    parts_.metrics.Registered(Outcome::kRefused);
    Refuse(*joined, asked, vault_.Fingerprint(request.registration_token()), response);
    return {};
  }
  parts_.metrics.Registered(joined->created ? Outcome::kCreated : Outcome::kKnown);
  v1::RegisterResponse::Registered& registered = *response.mutable_registered();
  registered.set_agent_id(joined->agent_id);
  registered.set_created(joined->created);
  if (!joined->created) return {};
  registered.set_secret(std::string(secret.Reveal()));
  LogInfo("agent joined", {{"agent", joined->agent_id},
                           {"peer", request.peer_address()},
                           {"join_token", joined->token ? joined->token->join_token_id : ""}});
  if (asked.secret && abandoned()) {
    LogSecretLost(joined->agent_id, "nobody waited for the answer");
  }
  return {};
}

}  // namespace edgeplane::registry
