// Join tokens: with one, a program becomes an agent by itself.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "storage/agent.h"

namespace edgeplane::storage {

struct JoinToken {
  std::string join_token_id;  // a UUID
  std::string sha256;         // 32 bytes, of the token's text: it is random, so a plain hash does
  std::string description;
  std::string user_phone;  // digits only; empty: any
  std::map<std::string, std::string> labels;
  int64_t max_uses = 0;  // 0: any number
  int64_t uses = 0;
  Time create_time{};
  Time expire_time{};
  std::optional<Time> revoke_time;
};

// A program that asks to be an agent.
struct Registration {
  std::string token_sha256;
  std::string user_phone;  // digits only
  // For a new agent: its id (edge_ and the digits), and its secret if it asked for
  // one.
  std::string new_agent_id;
  std::optional<SealedSecret> secret;
  Time now{};
};

enum class JoinVerdict : uint8_t {
  kJoined,
  kUnknown,
  kExpired,
  kExhausted,
  kRevoked,
  kPhoneMismatch
};

struct Joined {
  JoinVerdict verdict = JoinVerdict::kUnknown;
  // Of kJoined: the agent, and whether this call made it.
  std::string agent_id;
  bool created = false;
  // Unless kUnknown: what is known of the token, as it is now.
  std::optional<JoinToken> token;
};

// The digits of a phone number that may have a '+', spaces, '-', '.', '(' and ')'
// between them. Two numbers are the same where these are.
std::string PhoneDigits(std::string_view phone);

// The agent a registration makes: the phone with a '+', and the token's labels.
Agent NewAgent(const Registration& registration, const JoinToken& token);

// Whether the token lets this phone in. `known` says that an agent with this
// phone is registered, `joined_by_this` that it was made with this token: that
// one uses no further count, so that agents may register at every start.
JoinVerdict JudgeJoin(const JoinToken& token, const Registration& registration, bool known,
                      bool joined_by_this);

}  // namespace edgeplane::storage
