#include "services/registry/vault.h"

#include <string>

#include "base/crypto.h"
#include "base/encoding.h"

namespace edgeplane::registry {
namespace {

// The info strings of HKDF (RFC 5869, 3.2). Changing one makes everything that
// has been stored under it unreadable.
constexpr std::string_view kSealingInfo = "edgeplane v1 seal agent secrets";
constexpr std::string_view kFingerprintInfo = "edgeplane v1 fingerprint secrets";
constexpr std::string_view kKeyCheckInfo = "edgeplane v1 key check";

constexpr size_t kKeyBytes = 32;
constexpr size_t kKeyCheckBytes = 16;
constexpr size_t kFingerprintDigits = 8;

}  // namespace

Vault::Vault(const Secret& master_key)
    : sealing_key_(HkdfSha256(master_key.Reveal(), kSealingInfo, kKeyBytes)),
      fingerprint_key_(HkdfSha256(master_key.Reveal(), kFingerprintInfo, kKeyBytes)) {}

std::string Vault::SealSecret(std::string_view secret, std::string_view agent_id) const {
  return Seal(sealing_key_.Reveal(), secret, agent_id);
}

std::optional<Secret> Vault::OpenSecret(std::string_view sealed, std::string_view agent_id) const {
  return Open(sealing_key_.Reveal(), sealed, agent_id);
}

std::string Vault::Fingerprint(std::string_view secret) const {
  return HexEncode(HmacSha256(fingerprint_key_.Reveal(), secret)).substr(0, kFingerprintDigits);
}

std::string Vault::KeyCheck() const {
  return HexEncode(HkdfSha256(sealing_key_.Reveal(), kKeyCheckInfo, kKeyCheckBytes));
}

}  // namespace edgeplane::registry
