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

// Anything, a link to nowhere too; and what cannot be looked at.
bool IsThere(const std::string& path, std::error_code& failed) {
  const auto type = std::filesystem::symlink_status(path, failed).type();
  if (type == std::filesystem::file_type::not_found) failed.clear();
  return type != std::filesystem::file_type::not_found;
}

std::string Reason() { return std::generic_category().message(errno); }

// These do not replace what is there, unlike rename(2).
bool Link(const std::string& from, const std::string& path) {
  return ::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) == 0;
}
bool Rename(const std::string& from, const std::string& path) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) {
    return true;
  }
  if (errno != EINVAL && errno != ENOSYS) return false;
  // A file system that knows no such thing: one that comes between the look and the rename
  // is replaced.
  std::error_code failed;
  const bool there = IsThere(path, failed);
  errno = failed ? failed.value() : EEXIST;
  return !there && ::rename(from.c_str(), path.c_str()) == 0;
}

bool Move(const std::string& part, const std::string& path) {
  if (Link(part, path)) {
    ::unlink(part.c_str());
    return true;
  }
  // A file system without hard links, as on a stick.
  if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS) return false;
  return Rename(part, path);
}

std::string ByDescriptor(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

// A file without a name, which is gone with this process, however that ends. None where
// the file system has no such files (open(2), O_TMPFILE), or /proc is not there to name it.
int OpenUnnamed(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  const int fd =
      ::open(directory.empty() ? "." : directory.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
  if (fd < 0 || ::access(ByDescriptor(fd).c_str(), F_OK) == 0) return fd;
  ::close(fd);
  return -1;
}

}  // namespace

Result<std::unique_ptr<ExportFile>> ExportFile::Create(const std::string& path) {
  std::error_code failed;
  if (path.empty() || std::filesystem::is_directory(path, failed)) {
    return Unusable(path.empty() ? "The empty name" : path, "is no file; name the file to write.");
  }
  const bool there = IsThere(path, failed);
  if (failed) return Unusable(path, "cannot be made: " + failed.message() + '.');
  if (there) return Unusable(path, "is there already; name another file, or remove it.");
  int fd = OpenUnnamed(path);
  std::unique_ptr<ExportFile> made(new ExportFile(path, fd < 0 ? path + ".part" : ""));
  if (fd < 0) {
    fd = ::open(made->part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  }
  if (fd < 0 && errno == EEXIST) {
    return Unusable(made->part_,
                    "is left over from an export that did not end, or one is under way: remove it, "
                    "or name another file.");
  }
  if (fd < 0) return Unusable(path, "cannot be made: " + Reason() + '.');
  made->file_ = ::fdopen(fd, "w");
  if (made->file_ != nullptr) return made;
  const Error not_made = made->Failed("make");
  ::close(fd);
  made->RemovePart();
  return not_made;
}

ExportFile::~ExportFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  RemovePart();
}

void ExportFile::RemovePart() const {
  if (!part_.empty()) ::unlink(part_.c_str());
}

Status ExportFile::Write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) == text.size()) return {};
  return Failed("write");
}

Status ExportFile::Finish() {
  if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) return Failed("write");
  const bool named =
      part_.empty() ? Link(ByDescriptor(::fileno(file_)), path_) : Move(part_, path_);
  if (!named) return Failed("make");
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
