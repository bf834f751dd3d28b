// The master key, and what is done with it: agents' secrets are sealed under
// one key derived from it, and fingerprinted under another (HKDF, RFC 5869, so
// that neither use says anything about the other).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace edgeplane::registry {

// Thread safe.
class Vault {
 public:
  // 32 bytes.
  explicit Vault(const Secret& master_key);

  // `agent_id` is bound to the result: it opens for no other agent.
  [[nodiscard]] std::string SealSecret(std::string_view secret, std::string_view agent_id) const;
  // Nothing if it was sealed under another master key or for another agent, or
  // has been changed.
  [[nodiscard]] std::optional<Secret> OpenSecret(std::string_view sealed,
                                                 std::string_view agent_id) const;
  // 8 hex digits that stand for a secret wherever a person compares two.
  [[nodiscard]] std::string Fingerprint(std::string_view secret) const;
  // Stands for the master key itself: kept in the store, so that a start with
  // another key is noticed at once.
  [[nodiscard]] std::string KeyCheck() const;

 private:
  Secret sealing_key_;
  Secret fingerprint_key_;
};

}  // namespace edgeplane::registry
