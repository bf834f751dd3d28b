#include "cli/secret_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/files.h"
#include "cli/bounded_read.h"

namespace edgeplane::cli {
namespace {

// Above the 256 a secret may have, so that a longer one is the server's to
// refuse, by its own words.
constexpr size_t kSecretBytesMax = 4096;

Error FileError(const std::string& path, const char* what, int error) {
  return MakeError(v1::ErrorReason::INVALID_FIELD,
                   std::string(what) + " " + path + ": " + std::strerror(error));
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

Result<SecretFile> SecretFile::Create(std::string path, const std::string& option) {
  // O_EXCL also refuses symbolic links, dangling ones included (open(2)).
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0 && errno == EEXIST) {
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     path +
                         " exists and will not be overwritten; move it away, or name another "
                         "file with " +
                         option + " F.");
  }
  if (fd < 0) return FileError(path, "cannot make", errno);
  return SecretFile(std::move(path), fd);
}

SecretFile::SecretFile(SecretFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), written_(other.written_) {}

SecretFile::~SecretFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  if (!written_) ::unlink(path_.c_str());
}

Status SecretFile::Write(std::string_view secret) {
  if (!WriteAll(fd_, secret) || !WriteAll(fd_, "\n") || ::fsync(fd_) != 0) {
    return FileError(path_, "cannot write", errno);
  }
  written_ = true;
  return {};
}

Result<Secret> ReadSecret(const std::string& path, std::istream& in) {
  Result<std::string> text =
      path == "-" ? ReadBounded(in, kSecretBytesMax) : ReadPrivateFile(path, kSecretBytesMax);
  if (!text.ok()) return text.error();
  if (path == "-" && text->ends_with('\n')) text->pop_back();
  Secret secret(std::move(*text));
  if (secret.empty()) {
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     (path == "-" ? "standard input" : path) + " holds no secret.");
  }
  return secret;
}

}  // namespace edgeplane::cli
