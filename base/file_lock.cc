#include "base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace edgeplane {
namespace {

constexpr mode_t kPrivate = S_IRUSR | S_IWUSR;

Error SystemError(const std::string& path, int number) {
  return MakeError(v1::ErrorReason::STORE_UNAVAILABLE,
                   "Cannot use '" + path + "': " + std::generic_category().message(number) + ".");
}

// A descriptor of the file, which has mode 0600 from then on.
Result<int> OpenPrivate(const std::string& path) {
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kPrivate);
  if (descriptor < 0) return SystemError(path, errno);
  struct stat status {};
  if (fstat(descriptor, &status) != 0 ||
      ((status.st_mode & ACCESSPERMS) != kPrivate && fchmod(descriptor, kPrivate) != 0)) {
    const int number = errno;
    close(descriptor);
    return SystemError(path, number);
  }
  return descriptor;
}

}  // namespace

Result<std::unique_ptr<FileLock>> FileLock::Take(const std::string& path) {
  const Result<int> descriptor = OpenPrivate(path);
  if (!descriptor.ok()) return descriptor.error();
  std::unique_ptr<FileLock> lock(new FileLock(*descriptor));
  if (flock(*descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return SystemError(path, errno);
  return MakeError(v1::ErrorReason::STORE_UNAVAILABLE,
                   "Another edgeplane process uses this data directory ('" + path +
                       "' is locked); stop it, or give this one a directory of its own.");
}

FileLock::~FileLock() { close(descriptor_); }

Status MakePrivateFile(const std::string& path) {
  const Result<int> descriptor = OpenPrivate(path);
  if (!descriptor.ok()) return descriptor.error();
  close(*descriptor);
  return {};
}

}  // namespace edgeplane
