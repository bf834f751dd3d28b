// Moments on the clock that never jumps: all the simulator waits for. Times that
// are said to anybody are Time (base/clock.h).
#pragma once

#include <algorithm>
#include <chrono>

#include "base/clock.h"

namespace edgeplane::simulate {

using Steady = std::chrono::steady_clock;
using Moment = Steady::time_point;

inline constexpr Moment kNever = Moment::max();

inline double InSeconds(Steady::duration span) {
  return std::chrono::duration<double>(span).count();
}

}  // namespace edgeplane::simulate
