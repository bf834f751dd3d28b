#include "cli/simulate/state_file.h"

#include <cstdlib>
#include <optional>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/files.h"

namespace edgeplane::simulate {
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kFileMax = 4096;
constexpr size_t kMarkDigits = 16;

Result<Secret> MakeKey(const std::filesystem::path& path) {
  if (path.has_parent_path()) {
    if (const Status made = MakePrivateDirectory(path.parent_path()); !made) return made.error();
  }
  Secret key(RandomBytes(kKeyBytes));
  const Secret text(HexEncode(key.Reveal()) + "\n");
  if (const Status written = WriteFileAtomically(path, text.Reveal(), 0600); !written) {
    return written.error();
  }
  return key;
}

}  // namespace

std::string DefaultStateFile() {
  const char* state = std::getenv("XDG_STATE_HOME");
  std::filesystem::path directory;
  if (state != nullptr && *state == '/') {
    directory = std::filesystem::path(state) / "edgeplane";
  } else {
    // ~/.local/share/edgeplane is where the data goes; ~/.local/state/edgeplane
    // is its neighbour (XDG Base Directory Specification 0.8).
    const char* home = std::getenv("HOME");
    if (home == nullptr || *home != '/') return {};
    directory = std::filesystem::path(home) / ".local/state/edgeplane";
  }
  return (directory / "simulate.key").string();
}

Result<Secret> OpenStateFile(const std::filesystem::path& path) {
  std::error_code ignored;  // whatever is there is read, and complained of
  if (!std::filesystem::exists(path, ignored)) return MakeKey(path);
  Result<std::string> text = ReadPrivateFile(path, kFileMax);
  if (!text.ok()) return text.error();
  std::optional<std::string> key = HexDecode(*text);
  Wipe(*text);
  if (!key || key->size() != kKeyBytes) {
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     path.string() +
                         " does not hold a key (64 hex digits); name another file, or "
                         "remove it to have one made");
  }
  return Secret(*std::move(key));
}

std::string MarkOf(const Secret& key) {
  return HexEncode(HmacSha256(key.Reveal(), "mark")).substr(0, kMarkDigits);
}

}  // namespace edgeplane::simulate
