// What a simulated agent knows of itself. Everything follows from the key of the
// state file and the agent's id, so that a second run is the same agents.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"

namespace edgeplane::simulate {

// 64 hex digits.
Secret SecretOf(std::string_view key, std::string_view agent_id);

// E.164. 999 is a country code that nobody has (ITU-T E.164, reserved).
std::string PhoneOf(std::string_view key, std::string_view agent_id);

// What stands behind "Bearer " in a token's place:
// base64("ID:PHONE:TS:" + hex(HMAC-SHA256(secret, "ID:PHONE:TS"))).
Secret MintToken(const Secret& secret, std::string_view agent_id, std::string_view phone,
                 Time minted);

// How long an agent goes on using a token it has minted.
inline constexpr Duration kTokenUse = std::chrono::hours(23);

}  // namespace edgeplane::simulate
