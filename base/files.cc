#include "base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/secret.h"

namespace edgeplane {
namespace {

namespace fs = std::filesystem;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

Error SystemError(const fs::path& path, std::string_view what) {
  const std::string reason = std::generic_category().message(errno);
  return MakeError(v1::ErrorReason::INTERNAL,
                   "Cannot " + std::string(what) + " " + path.string() + ": " + reason + ".");
}

Error WrongFile(const fs::path& path, const std::string& why) {
  return MakeError(v1::ErrorReason::INVALID_FIELD, path.string() + " " + why);
}

// `content` has the room that is to be filled; gives how much was.
Result<size_t> ReadInto(int fd, std::string& content, const fs::path& path) {
  size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t count = ::read(fd, content.data() + filled, content.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemError(path, "read");
    if (count == 0) break;
    filled += static_cast<size_t>(count);
  }
  return filled;
}

Result<std::string> ReadRegular(const fs::path& path, size_t bytes_max, bool is_private) {
  // Without O_NONBLOCK, opening a FIFO would wait for a writer.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) return SystemError(path, "open");
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return SystemError(path, "inspect");
  if (!S_ISREG(status.st_mode)) return WrongFile(path, "is not a regular file.");
  if (is_private && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return WrongFile(path,
                     "holds a secret, but its group or others have access to it; "
                     "run chmod 600 on it.");
  }
  const std::string too_large = "is larger than " + std::to_string(bytes_max) + " bytes.";
  if (static_cast<uint64_t>(status.st_size) > bytes_max) return WrongFile(path, too_large);

  // One byte more than is allowed, and in one piece: the file may be growing,
  // and a string that moves would leave a secret behind in freed memory.
  std::string content(bytes_max + 1, '\0');
  Result<size_t> filled = ReadInto(file.get(), content, path);
  if (!filled) {
    Wipe(content);
    return filled.error();
  }
  if (*filled > bytes_max) {
    Wipe(content);
    return WrongFile(path, too_large);
  }
  content.resize(*filled);
  return content;
}

Status WriteAll(int fd, std::string_view content, const fs::path& path) {
  while (!content.empty()) {
    const ssize_t count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemError(path, "write");
    content.remove_prefix(static_cast<size_t>(count));
  }
  return {};
}

Status WriteNewFile(const fs::path& path, std::string_view content, int mode) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (file.get() < 0) return SystemError(path, "create");
  if (Status written = WriteAll(file.get(), content, path); !written) return written;
  // Not left to open(2), whose mode the umask cuts down.
  if (::fchmod(file.get(), static_cast<mode_t>(mode)) != 0) return SystemError(path, "chmod");
  if (::fsync(file.get()) != 0) return SystemError(path, "fsync");
  return {};
}

fs::path ParentOf(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

Status SyncDirectory(const fs::path& path) {
  Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0) return SystemError(path, "open");
  if (::fsync(directory.get()) != 0) return SystemError(path, "fsync");
  return {};
}

}  // namespace

Result<std::string> ReadFile(const fs::path& path, size_t bytes_max) {
  return ReadRegular(path, bytes_max, /*is_private=*/false);
}

Result<std::string> ReadPrivateFile(const fs::path& path, size_t bytes_max) {
  Result<std::string> content = ReadRegular(path, bytes_max, /*is_private=*/true);
  if (content && content->ends_with('\n')) content->pop_back();
  return content;
}

Status WriteFileAtomically(const fs::path& path, std::string_view content, int mode) {
  fs::path temporary = path;
  temporary += ".tmp-" + HexEncode(RandomBytes(8));
  if (Status written = WriteNewFile(temporary, content, mode); !written) {
    ::unlink(temporary.c_str());
    return written;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    Error error = SystemError(path, "replace");
    ::unlink(temporary.c_str());
    return error;
  }
  return SyncDirectory(ParentOf(path));
}

Status MakePrivateDirectory(const fs::path& path) {
  fs::path current;
  for (const fs::path& part : path) {
    current /= part;
    if (::mkdir(current.c_str(), S_IRWXU) == 0) {
      // What is synced inside it would be lost together with its name.
      if (Status synced = SyncDirectory(ParentOf(current)); !synced) return synced;
      continue;
    }
    const int error = errno;
    std::error_code ignored;  // not a directory, then
    if (fs::is_directory(current, ignored)) continue;
    errno = error;
    return SystemError(current, "make the directory");
  }
  return {};
}

}  // namespace edgeplane
