// Registration with a join token as JSON: the body of POST /edge/register in both
// forms, and what is answered. Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/json.h"
#include "base/secret.h"
#include "gateway/agent_data.h"
#include "gateway/registry_client.h"

namespace edgeplane::gateway {

inline constexpr size_t kJoinTokenMax = 1024;

struct RegisterBody {
  // One to fifteen digits, with the '+' where there was one.
  std::string user_phone;
  Secret token;  // not empty; may be longer than any token is
  bool issue_secret = false;
};

// {"user_phone","registration_token","issue_secret"?}, or the older
// {"user_phone","apple_id","version","capabilities","auth_token"}. The parsed
// copy of the token is wiped; `text` is the caller's to wipe.
std::variant<RegisterBody, MalformedMessage> ParseRegister(std::string_view text,
                                                           const JsonLimits& limits);

// {"edge_agent_id","secret"?}. Holds the secret: wipe it.
std::string RegisterText(const Registered& registered);

}  // namespace edgeplane::gateway
