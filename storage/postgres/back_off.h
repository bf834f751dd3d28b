// How long to wait before the next attempt: longer each time, and never as long
// as somebody else who failed at the same moment.
#pragma once

#include <algorithm>
#include <random>

#include "base/clock.h"

namespace edgeplane::storage::postgres {

// Not thread safe.
class BackOff {
 public:
  BackOff(Duration first, Duration longest) : first_(first), longest_(longest), limit_(first) {}

  // Between half of the limit and all of it; the limit doubles.
  Duration Next() {
    std::uniform_int_distribution<int64_t> spread(limit_.count() / 2, limit_.count());
    const Duration wait(spread(random_));
    limit_ = std::min(limit_ * 2, longest_);
    return wait;
  }
  void Reset() { limit_ = first_; }

 private:
  const Duration first_;
  const Duration longest_;
  Duration limit_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace edgeplane::storage::postgres
