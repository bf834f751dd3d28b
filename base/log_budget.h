// How many lines of one kind go into the log: a failure that thousands of calls
// meet together is told a few times a second, with how many were left out.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>

namespace edgeplane {

// Thread safe.
class LogBudget {
 public:
  // The number left out before this line; nothing: leave this one out too.
  std::optional<int64_t> Take() {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now - second_ >= std::chrono::seconds(1)) {
      second_ = now;
      lines_ = 0;
    }
    if (lines_ >= kLinesMax) {
      ++left_out_;
      return std::nullopt;
    }
    ++lines_;
    return std::exchange(left_out_, 0);
  }

 private:
  static constexpr int kLinesMax = 10;  // a second
  std::mutex mutex_;
  std::chrono::steady_clock::time_point second_;
  int lines_ = 0;
  int64_t left_out_ = 0;
};

}  // namespace edgeplane
