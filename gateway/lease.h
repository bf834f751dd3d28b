// How long the gateway may hold its agents: until the lease that a registry has given
// it runs out, counted from before it asked. It acts some time before that, so that
// every agent is gone when another gateway may have it.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "base/clock.h"

namespace edgeplane::gateway {

// Not thread safe.
class Lease {
 public:
  using Moment = BootClock::time_point;

  // A link begins: what was asked over the last one gets no answer.
  void AskFirst(Moment now) {
    asked_.clear();
    asked_.emplace(0, now);
    renew_at_.reset();
  }
  // The number of a renewal that is asked for now.
  int64_t Ask(Moment now) {
    asked_.emplace(++last_number_, now);
    if (asked_.size() > kAskedMax) asked_.erase(asked_.begin());
    renew_at_ = now + AskInterval();
    return last_number_;
  }
  // Nobody else can have the agents: whatever is granted, it has no end.
  void SetAlone(bool alone) { alone_ = alone; }
  // What was asked under this number (0: the first) is granted.
  void Granted(int64_t number, Duration lease, Moment now) {
    const auto asked = asked_.find(number);
    if (asked == asked_.end()) return;
    if (granted_ && !Holds(now)) ++losses_;
    lease_ = lease;
    granted_ = std::max(granted_.value_or(asked->second), asked->second);
    // Of a registry that knows no leases there is none to renew.
    if (lease > Duration::zero()) {
      renew_at_ = std::max(renew_at_.value_or(Moment::min()), asked->second + AskInterval());
    }
    asked_.erase(asked_.begin(), std::next(asked));
  }

  // When to ask again; nothing: not yet.
  [[nodiscard]] std::optional<Moment> renew_at() const { return renew_at_; }
  // Whether agents may be held and taken.
  [[nodiscard]] bool Holds(Moment now) const {
    return alone_ || (granted_ && now < *granted_ + lease_ - Margin());
  }
  // What is left of it; zero where it does not run, or has no end.
  [[nodiscard]] Duration Left(Moment now) const {
    if (alone_ || !Holds(now)) return Duration::zero();
    return std::chrono::duration_cast<Duration>(*granted_ + lease_ - Margin() - now);
  }
  // Whether a renewal has been asked for over this link and there was no answer until the
  // next one was due. By then half of the lease has gone.
  [[nodiscard]] bool IsOverdue(Moment now) const {
    return !alone_ && !asked_.empty() && now >= asked_.begin()->second + AskInterval();
  }
  // How often it was lost before it was granted again: whoever was held at that time
  // may be another's by now.
  [[nodiscard]] int64_t losses() const { return losses_; }
  // Whether it is time to cut off who has not gone by himself.
  [[nodiscard]] bool IsEnding(Moment now) const {
    return !alone_ && granted_ && now >= *granted_ + lease_ - Margin() / 2;
  }

 private:
  static constexpr int kAsksPerLease = 4;
  static constexpr size_t kAskedMax = 16;

  [[nodiscard]] Duration AskInterval() const {
    return std::max<Duration>(lease_ / kAsksPerLease, std::chrono::milliseconds(100));
  }
  // For the agents to go in.
  [[nodiscard]] Duration Margin() const {
    return std::clamp<Duration>(lease_ / 5, std::chrono::milliseconds(500),
                                std::chrono::seconds(5));
  }

  std::map<int64_t, Moment> asked_;  // not answered, by number
  int64_t last_number_ = 0;
  Duration lease_{};
  bool alone_ = false;
  int64_t losses_ = 0;
  std::optional<Moment> granted_;  // when the last one granted was asked for
  std::optional<Moment> renew_at_;
};

}  // namespace edgeplane::gateway
