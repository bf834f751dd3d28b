#include "gateway/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace edgeplane::gateway {

bool TokenBucket::Take(Monotonic now) {
  const double minutes = std::chrono::duration<double, std::ratio<60>>(now - filled_at_).count();
  const double refilled = tokens_ + std::max(0.0, minutes) * per_minute_;
  tokens_ = std::max(tokens_, std::min(per_minute_, refilled));
  filled_at_ = now;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

std::chrono::seconds TokenBucket::Wait() const {
  if (tokens_ >= 1) return std::chrono::seconds(0);
  const double seconds = (1 - tokens_) * 60 / per_minute_;
  return std::chrono::seconds(std::max<int64_t>(1, static_cast<int64_t>(std::ceil(seconds))));
}

std::chrono::seconds KeyedRateLimit::Take(const std::string& key, Monotonic now) {
  const std::lock_guard lock(mutex_);
  auto found = entries_.find(key);
  if (found == entries_.end()) {
    if (entries_.size() >= keys_max_) {
      entries_.erase(by_use_.back().key);
      by_use_.pop_back();
    }
    by_use_.push_front(Entry{key, TokenBucket(per_minute_, now)});
    found = entries_.emplace(key, by_use_.begin()).first;
  } else {
    by_use_.splice(by_use_.begin(), by_use_, found->second);
  }
  TokenBucket& bucket = found->second->bucket;
  return bucket.Take(now) ? std::chrono::seconds(0) : bucket.Wait();
}

}  // namespace edgeplane::gateway
