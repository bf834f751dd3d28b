// --state-file: the key that every simulated agent's secret follows from. With
// it a second run is the same agents; who has it can pass for any of them, so it
// is 0600.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace edgeplane::simulate {

// $XDG_STATE_HOME/edgeplane/simulate.key, or .local/state/.. in the home
// directory; empty where there is neither.
std::string DefaultStateFile();

// Reads the key (64 hex digits), or makes one where there is no such file.
// INVALID_FIELD when there is a file that holds no key, or that others can read.
Result<Secret> OpenStateFile(const std::filesystem::path& path);

// Keeps other runs from a state file: two that are the same agents would throw
// each other's out, and each delete them under the other.
class StateLock {
 public:
  // INVALID_FIELD when another run has it. `path` is there: OpenStateFile first.
  static Result<StateLock> Take(const std::filesystem::path& path);
  ~StateLock();
  StateLock(StateLock&& other) noexcept;
  StateLock& operator=(StateLock&&) = delete;

 private:
  explicit StateLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

// What the agents of a key are labelled with: 16 hex digits that do not tell it.
std::string MarkOf(const Secret& key);

}  // namespace edgeplane::simulate
