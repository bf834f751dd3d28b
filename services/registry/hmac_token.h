// The HMAC token an agent may present in place of its secret.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/clock.h"

namespace edgeplane::registry {

// What a token says of itself. Nobody has proved any of it until the signature
// has been compared.
struct TokenClaims {
  std::string agent_id;
  std::string phone;
  Time mint_time{};  // to the second
};

// The bearer is something else: a raw secret, most likely.
struct NotAToken {};

// It is meant as a token, but is none.
struct MalformedToken {
  std::string departure;  // where it departs from the grammar, as half a sentence
};

struct ParsedToken {
  TokenClaims claims;
  std::string signed_text;  // the bytes under the signature, as received
  std::string mac;          // 32 bytes
};

using TokenParse = std::variant<NotAToken, MalformedToken, ParsedToken>;

// Pure; never fails otherwise. The departure never repeats the input.
TokenParse ParseToken(std::string_view bearer);

// The token as agents make it. For the command line, the simulator and tests.
std::string MintToken(std::string_view secret, const TokenClaims& claims);

}  // namespace edgeplane::registry
