// A file that is there when all of it is, and not before.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace edgeplane::cli {

// For its owner only (0600). Until Finish it has no name, or, where the file system knows
// no files without one, another (.part), and is removed when this goes.
class ExportFile {
 public:
  // INVALID_FIELD, with what to do, when there is something at `path`, whatever it is, or
  // no file can be made there.
  static Result<std::unique_ptr<ExportFile>> Create(const std::string& path);
  ~ExportFile();
  ExportFile(const ExportFile&) = delete;
  ExportFile& operator=(const ExportFile&) = delete;

  Status Write(std::string_view text);
  // On the disk (fsync), under its name, when this returns success. INTERNAL otherwise.
  Status Finish();

 private:
  ExportFile(std::string path, std::string part) : path_(std::move(path)), part_(std::move(part)) {}
  void RemovePart() const;
  [[nodiscard]] Error Failed(const char* what) const;

  const std::string path_;
  const std::string part_;  // empty: it has no name
  std::FILE* file_ = nullptr;
};

}  // namespace edgeplane::cli
