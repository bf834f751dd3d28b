// Secrets that the server makes, and how an agent's becomes what the store keeps.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/secret.h"
#include "services/registry/vault.h"
#include "storage/agent.h"

namespace edgeplane::registry {

inline constexpr size_t kRandomTokenHexDigits = 64;

// The prefix, then 32 bytes from the system's random source as lower-case hex.
Secret MakeRandomToken(std::string_view prefix = "");

// In force from now on.
storage::SealedSecret SealAgentSecret(const Vault& vault, std::string_view secret,
                                      const std::string& agent_id, Time now);

}  // namespace edgeplane::registry
