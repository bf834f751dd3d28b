// Where a new secret goes, and where an existing one comes from.
#pragma once

#include <istream>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace edgeplane::cli {

// A file that did not exist before: made (0600) before the secret is, so that a
// path that cannot be written is noticed while nothing has happened yet.
// Removed again unless the secret got into it.
class SecretFile {
 public:
  // INVALID_FIELD when there is something at `path`, whatever it is, or the
  // file cannot be made there. `option` is how another path is given.
  static Result<SecretFile> Create(std::string path, const std::string& option = "--secret-out");
  ~SecretFile();
  SecretFile(SecretFile&& other) noexcept;
  SecretFile& operator=(SecretFile&&) = delete;
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;

  // The secret and a newline, on disk (fsync) when this returns success.
  Status Write(std::string_view secret);
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  SecretFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  std::string path_;
  int fd_ = -1;
  bool written_ = false;
};

// From a file nobody else can read, or from `in` where the path is '-'. One
// trailing newline is not part of it.
Result<Secret> ReadSecret(const std::string& path, std::istream& in);

}  // namespace edgeplane::cli
