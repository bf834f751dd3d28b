// Says that a data directory is in use: flock(2) on a file in it. The system drops
// it when the process ends, however it ends.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"

namespace edgeplane {

class FileLock {
 public:
  // Makes the file if it is not there, and does not wait. STORE_UNAVAILABLE when
  // another process holds it, or another lock of this one.
  static Result<std::unique_ptr<FileLock>> Take(const std::string& path);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  const int descriptor_;
};

// Makes the file, if it is not there, with mode 0600; takes rights of others
// away if it is.
Status MakePrivateFile(const std::string& path);

}  // namespace edgeplane
