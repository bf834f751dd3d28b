#include "cli/data_files.h"

#include "base/clock.h"
#include "base/crypto.h"
#include "base/encoding.h"
#include "base/files.h"
#include "base/uuid.h"

namespace edgeplane::cli {

namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kSmallFileMax = 4096;

bool Exists(const std::filesystem::path& path) {
  std::error_code ec;
  return std::filesystem::exists(path, ec);
}

}  // namespace

Result<std::optional<Secret>> ReadMasterKey(const std::filesystem::path& path) {
  if (!Exists(path)) return std::optional<Secret>();
  Result<std::string> text = ReadPrivateFile(path, kSmallFileMax);
  if (!text) return text.error();
  std::optional<std::string> key = HexDecode(*text);
  Wipe(*text);
  if (!key || key->size() != kKeyBytes) {
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     path.string() +
                         " does not hold a master key (64 hex digits); put the one "
                         "back that this installation was set up with.");
  }
  return std::optional<Secret>(Secret(*std::move(key)));
}

Result<Secret> CreateMasterKey(const std::filesystem::path& path) {
  Secret key(RandomBytes(kKeyBytes));
  const Secret text(HexEncode(key.Reveal()));
  if (Status written = WriteFileAtomically(path, text.Reveal(), 0600); !written) {
    return written.error();
  }
  return key;
}

Result<std::string> EnsureGatewayId(const std::filesystem::path& path) {
  if (Exists(path)) {
    Result<std::string> text = ReadFile(path, kSmallFileMax);
    if (!text) return text.error();
    const std::string id = text->substr(0, text->find('\n'));
    if (!IsUuid(id)) {
      return MakeError(v1::ErrorReason::INVALID_FIELD,
                       path.string() + " does not hold a UUID; remove it to have one made.");
    }
    return id;
  }
  std::string id = NewUuid(SystemClock().Now());
  if (Status written = WriteFileAtomically(path, id + "\n", 0600); !written) {
    return written.error();
  }
  return id;
}

}  // namespace edgeplane::cli
