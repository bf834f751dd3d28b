// The numbers of a gateway's links: each above all earlier ones, those of earlier lives
// of this process too. The clock gives them. Where it was set back since an earlier life,
// the first ones are refused, and the next are further and further ahead of it, so that it
// takes seconds to get above the earlier ones, and not as long as the clock was set back.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace edgeplane::gateway {

// Not thread safe.
class LinkNumber {
 public:
  int64_t Next(Time now) {
    last_ = std::max(last_ + 1, ToMicros(now + ahead_));
    return last_;
  }
  // There is a later link than the last one, says the registry.
  void Refused() {
    // Beyond any clock after some ten: a gateway that starts tries for 20 seconds.
    ahead_ = std::clamp<Duration>(ahead_ * 16, std::chrono::seconds(1), std::chrono::years(10'000));
  }

 private:
  int64_t last_ = 0;
  Duration ahead_{};
};

}  // namespace edgeplane::gateway
