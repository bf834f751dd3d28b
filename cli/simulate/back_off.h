// How long an agent waits before it tries to connect again: 1, 2, 4 .. 60 s,
// from the beginning after every successful open, and not at all after a close
// with 1012 (a restart).
#pragma once

#include "base/clock.h"

namespace edgeplane::simulate {

class BackOff {
 public:
  // The pause before the next attempt.
  Duration Next();
  void Reset() { next_ = kFirst; }

 private:
  static constexpr Duration kFirst = std::chrono::seconds(1);
  static constexpr Duration kLongest = std::chrono::seconds(60);
  Duration next_ = kFirst;
};

}  // namespace edgeplane::simulate
