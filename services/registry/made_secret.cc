#include "services/registry/made_secret.h"

#include <optional>
#include <string>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/files.h"

namespace edgeplane::registry {
namespace {

constexpr size_t kRandomTokenHexDigits = 64;
constexpr int kOwnerOnly = 0600;

}  // namespace

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

bool IsRandomToken(std::string_view text, std::string_view prefix) {
  return text.size() == prefix.size() + kRandomTokenHexDigits && text.starts_with(prefix) &&
         text.find_first_not_of("0123456789abcdef", prefix.size()) == std::string_view::npos;
}

Status WriteTokenFile(const std::filesystem::path& path, const Secret& token) {
  std::string line;
  line.reserve(token.Reveal().size() + 1);
  line.append(token.Reveal()).append("\n");
  Status written = WriteFileAtomically(path, line, kOwnerOnly);
  Wipe(line);
  return written;
}

storage::SealedSecret SealAgentSecret(const Vault& vault, std::string_view secret,
                                      const std::string& agent_id, Time now) {
  return {vault.SealSecret(secret, agent_id), vault.Fingerprint(secret), now, std::nullopt};
}

}  // namespace edgeplane::registry
