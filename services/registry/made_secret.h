// Secrets that the server makes, and how an agent's becomes what the store keeps.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "services/registry/vault.h"
#include "storage/agent.h"

namespace edgeplane::registry {

// The prefix, then 32 bytes from the system's random source as lower-case hex.
Secret MakeRandomToken(std::string_view prefix = "");
// Whether it looks like one with this prefix.
bool IsRandomToken(std::string_view text, std::string_view prefix);
// As the one line of a file that only its owner can read.
Status WriteTokenFile(const std::filesystem::path& path, const Secret& token);

// In force from now on.
storage::SealedSecret SealAgentSecret(const Vault& vault, std::string_view secret,
                                      const std::string& agent_id, Time now);

}  // namespace edgeplane::registry
