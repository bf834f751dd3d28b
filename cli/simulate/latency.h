// How long deliveries took, in constant space: a histogram whose buckets grow
// with the value, so that a quantile is right to 1/32 (3 %) of itself.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"

namespace edgeplane::simulate {

class Latency {
 public:
  // Negative spans (clocks that disagree) count as zero.
  void Add(Duration span);

  [[nodiscard]] int64_t count() const { return count_; }
  [[nodiscard]] Duration max() const { return max_; }
  // What the given part of all (0 to 1) did not exceed; zero when there are
  // none.
  [[nodiscard]] Duration Quantile(double part) const;

 private:
  static constexpr int kSubBits = 5;
  static constexpr int64_t kSub = int64_t{1} << kSubBits;
  // Up to 2^36 us, 19 hours; longer ones are in the last bucket.
  static constexpr int kExponentMax = 36;
  static constexpr size_t kBuckets = (kExponentMax - kSubBits + 2) * kSub;

  static size_t BucketOf(int64_t micros);
  static int64_t LargestOf(size_t bucket);

  std::array<int64_t, kBuckets> buckets_{};
  int64_t count_ = 0;
  Duration max_{};
};

}  // namespace edgeplane::simulate
