// Token buckets: so many a minute, and as many at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <unordered_map>

namespace edgeplane::gateway {

using Monotonic = std::chrono::steady_clock::time_point;

// Not thread safe.
class TokenBucket {
 public:
  TokenBucket(int64_t per_minute, Monotonic now)
      : per_minute_(static_cast<double>(per_minute)), tokens_(per_minute_), filled_at_(now) {}

  [[nodiscard]] bool Take(Monotonic now);
  // Tokens beyond the burst, which refilling neither adds to nor cuts.
  void Credit(int64_t tokens) { tokens_ += static_cast<double>(tokens); }
  // Until one token is there; zero if one is.
  [[nodiscard]] std::chrono::seconds Wait() const;

 private:
  double per_minute_;
  double tokens_;
  Monotonic filled_at_;
};

// One bucket for each key, for the keys seen last. Thread safe.
class KeyedRateLimit {
 public:
  KeyedRateLimit(int64_t per_minute, size_t keys_max)
      : per_minute_(per_minute), keys_max_(keys_max) {}

  // Zero: go on. Otherwise: so long until the next is allowed.
  [[nodiscard]] std::chrono::seconds Take(const std::string& key, Monotonic now);

 private:
  struct Entry {
    std::string key;
    TokenBucket bucket;
  };
  const int64_t per_minute_;
  const size_t keys_max_;
  std::mutex mutex_;
  std::list<Entry> by_use_;  // last used first
  std::unordered_map<std::string, std::list<Entry>::iterator> entries_;
};

}  // namespace edgeplane::gateway
