#include "cli/export_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

namespace edgeplane::cli {
namespace {

Error Unusable(const std::string& path, const std::string& why) {
  return MakeError(v1::ErrorReason::INVALID_FIELD, path + ' ' + why);
}

bool SyncDirectoryOf(const std::string& path) {
  // An absolute path has a parent.
  std::error_code failed;
  const std::string directory = std::filesystem::absolute(path, failed).parent_path().string();
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  return synced;
}

// Anything, a link to nowhere too.
bool IsThere(const std::string& path) {
  std::error_code ignored;  // what cannot be looked at cannot be made either
  return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
}

std::string Reason() { return std::generic_category().message(errno); }

// Gives the file its name, which must not be there; unlike with rename(2), which would
// replace it.
bool Name(const std::string& part, const std::string& path) {
  if (::link(part.c_str(), path.c_str()) == 0) {
    ::unlink(part.c_str());
    return true;
  }
  // A file system without hard links, as on a stick.
  if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) return false;
  if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) {
    return true;
  }
  // Nor with this; then a file that comes between the look and the rename is replaced.
  if (errno != EINVAL && errno != ENOSYS) return false;
  errno = EEXIST;
  return !IsThere(path) && ::rename(part.c_str(), path.c_str()) == 0;
}

}  // namespace

Result<std::unique_ptr<ExportFile>> ExportFile::Create(const std::string& path) {
  std::error_code ignored;  // see IsThere
  if (path.empty() || std::filesystem::is_directory(path, ignored)) {
    return Unusable(path.empty() ? "The empty name" : path, "is no file; name the file to write.");
  }
  if (IsThere(path)) return Unusable(path, "is there already; name another file, or remove it.");
  std::unique_ptr<ExportFile> made(new ExportFile(path));
  const int fd = ::open(made->part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0 && errno == EEXIST) {
    return Unusable(made->part_,
                    "is left over from an export that did not end, or one is under way: remove it, "
                    "or name another file.");
  }
  if (fd < 0) return Unusable(path, "cannot be made: " + Reason() + '.');
  made->file_ = ::fdopen(fd, "w");
  if (made->file_ != nullptr) return made;
  const Error failed = made->Failed("make");
  ::close(fd);
  ::unlink(made->part_.c_str());
  return failed;
}

ExportFile::~ExportFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  ::unlink(part_.c_str());
}

Status ExportFile::Write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) == text.size()) return {};
  return Failed("write");
}

Status ExportFile::Finish() {
  if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) return Failed("write");
  if (!Name(part_, path_)) return Failed("make");
  std::fclose(std::exchange(file_, nullptr));
  if (SyncDirectoryOf(path_)) return {};
  return MakeError(v1::ErrorReason::INTERNAL,
                   path_ + " is written, but its directory could not be synced (" + Reason() +
                       "): look for it after a power failure.");
}

Error ExportFile::Failed(const char* what) const {
  return MakeError(v1::ErrorReason::INTERNAL,
                   std::string("Cannot ") + what + ' ' + path_ + ": " + Reason() + '.');
}

}  // namespace edgeplane::cli
