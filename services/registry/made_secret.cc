#include "services/registry/made_secret.h"

#include <optional>
#include <string>

#include "base/crypto.h"
#include "base/encoding.h"

namespace edgeplane::registry {

Secret MakeRandomToken(std::string_view prefix) {
  std::string bytes = RandomBytes(kRandomTokenHexDigits / 2);
  std::string hex = HexEncode(bytes);
  std::string token;
  token.reserve(prefix.size() + hex.size());  // a string that moves leaves a copy behind
  token.append(prefix).append(hex);
  Wipe(bytes);
  Wipe(hex);
  Secret made = Secret::CopyOf(token);
  Wipe(token);
  return made;
}

storage::SealedSecret SealAgentSecret(const Vault& vault, std::string_view secret,
                                      const std::string& agent_id, Time now) {
  return {vault.SealSecret(secret, agent_id), vault.Fingerprint(secret), now, std::nullopt};
}

}  // namespace edgeplane::registry
