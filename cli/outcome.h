// How a command of the command line ended.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace edgeplane::cli {

// The process's exit codes. Operators' scripts branch on them: never renumber.
enum class ExitCode : int {
  kOk = 0,
  kFailed = 1,        // the server refused or failed, or the output could not be written
  kUsage = 2,         // the command line itself is wrong; nothing was changed
  kNotFound = 3,      // the server knows no such agent, command, token, secret or refusal
  kUnreachable = 4,   // no answer from a server
  kNotPermitted = 5,  // no token, an unknown one, or one whose role does not allow this

  // How a command that was waited for ended, where not COMPLETED.
  kCommandFailed = 10,
  kCommandExpired = 11,
  kCommandCancelled = 12,
  kCommandInDoubt = 13,
  kCommandUnfinished = 14,  // the wait ended before the command did

  kLost = 15,  // a simulation lost something
};

// A code and, unless all went well, what standard error says: first what is
// wrong, then what to do next.
struct [[nodiscard]] Outcome {
  ExitCode code = ExitCode::kOk;
  std::vector<std::string> lines;
  // A call got no answer, and may have taken effect all the same.
  bool in_doubt = false;

  [[nodiscard]] bool ok() const { return code == ExitCode::kOk; }
};

inline Outcome UsageError(std::string line) { return {ExitCode::kUsage, {std::move(line)}}; }

}  // namespace edgeplane::cli
