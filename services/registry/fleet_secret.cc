#include "services/registry/fleet_secret.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/files.h"

namespace edgeplane::registry {
namespace {

constexpr size_t kSecretBytesMin = 16;
constexpr size_t kSecretBytesMax = 256;

// As an agent's own that is imported.
bool IsFleetSecret(std::string_view text) {
  return text.size() >= kSecretBytesMin && text.size() <= kSecretBytesMax && text.front() != ' ' &&
         text.back() != ' ' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

}  // namespace

Result<Secret> ReadFleetSecret(const std::string& path) {
  if (path.empty()) return Secret();
  Result<std::string> text = ReadPrivateFile(path, kSecretBytesMax + 1);
  if (!text.ok()) return text.error();
  Secret secret(*std::move(text));
  if (IsFleetSecret(secret.Reveal())) return secret;
  return MakeError(v1::ErrorReason::INVALID_FIELD,
                   "The fleet secret in " + path +
                       " is not 16 to 256 printable ASCII characters without a space at either "
                       "end.");
}

}  // namespace edgeplane::registry
