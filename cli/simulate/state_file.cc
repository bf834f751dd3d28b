#include "cli/simulate/state_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

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

Result<StateLock> StateLock::Take(const std::filesystem::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     path.string() + ": " + std::generic_category().message(errno));
  }
  StateLock lock(descriptor);
  // The kernel lets go of it when the process ends, however it ends.
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  return MakeError(v1::ErrorReason::INVALID_FIELD,
                   "another simulation runs with the state file " + path.string() +
                       ", and would be the same agents: wait for its end, or give this one a "
                       "--state-file and a --prefix of its own");
}

StateLock::~StateLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

StateLock::StateLock(StateLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

std::string MarkOf(const Secret& key) {
  return HexEncode(HmacSha256(key.Reveal(), "mark")).substr(0, kMarkDigits);
}

}  // namespace edgeplane::simulate
