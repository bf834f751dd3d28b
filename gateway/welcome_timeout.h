// How long a registry has to welcome a link, before another one is asked.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace edgeplane::gateway {

inline constexpr std::chrono::seconds kWelcomeTimeout{10};
// Where there are others; longer than a connection over a long way takes.
inline constexpr std::chrono::seconds kShortestWelcomeTimeout{1};

struct Prospects {
  Duration lease_left{};  // 0: there is none to lose
  // Registries besides this one that were not left for being late, a short while ago;
  // and of those the ones that have not failed since there was a link.
  int64_t others = 0;
  int64_t unfailed = 0;
  // Of this one: whether it was left, and how many welcomes did not come in time, one after
  // the other.
  bool late = false;
  int timeouts = 0;
};

inline Duration WelcomeTimeout(const Prospects& prospects) {
  if (prospects.others == 0) return kWelcomeTimeout;
  // Longer each time: it may be the only one that is there, and slow.
  const Duration shortest = std::min<Duration>(
      kShortestWelcomeTimeout * (1 << std::min(prospects.timeouts, 4)), kWelcomeTimeout);
  // With nothing to lose there is time for the one that may answer.
  if (prospects.lease_left == Duration::zero()) {
    return std::max<Duration>(shortest, kWelcomeTimeout / (prospects.unfailed + 1));
  }
  if (prospects.late) return shortest;
  return std::clamp<Duration>(prospects.lease_left / (prospects.others + 1), shortest,
                              kWelcomeTimeout);
}

}  // namespace edgeplane::gateway
