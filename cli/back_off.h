// The pauses of a client that has nothing to wait for but the server's return.
#pragma once

#include <chrono>

#include "base/clock.h"

namespace edgeplane::cli {

// 100 ms at first, twice as long each time, 5 s at most.
class BackOff {
 public:
  // Sleeps for the next pause, or for `limit` if that is shorter.
  void Pause(Duration limit);
  // What was waited for has come.
  void Reset() { next_ = kFirst; }

 private:
  static constexpr Duration kFirst = std::chrono::milliseconds(100);
  Duration next_ = kFirst;
};

}  // namespace edgeplane::cli
