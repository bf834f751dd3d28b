#include "cli/simulate/latency.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace edgeplane::simulate {

// Values below 2^kSubBits have buckets of their own; above, each power of two is
// cut into kSub equal parts.
size_t Latency::BucketOf(int64_t micros) {
  const int exponent = std::bit_width(static_cast<uint64_t>(micros)) - 1;
  if (exponent < kSubBits) return static_cast<size_t>(micros);
  const int shift = exponent - kSubBits;
  const int64_t sub = (micros >> shift) - kSub;
  return static_cast<size_t>((shift + 1) * kSub + sub);
}

int64_t Latency::LargestOf(size_t bucket) {
  const auto index = static_cast<int64_t>(bucket);
  if (index < kSub) return index;
  const int64_t shift = index / kSub - 1;
  return ((kSub + index % kSub + 1) << shift) - 1;
}

void Latency::Add(Duration span) {
  const int64_t micros =
      std::clamp<int64_t>(span.count(), 0, (int64_t{1} << (kExponentMax + 1)) - 1);
  ++buckets_.at(BucketOf(micros));
  ++count_;
  max_ = std::max(max_, Duration(std::max<int64_t>(span.count(), 0)));
}

Duration Latency::Quantile(double part) const {
  const auto wanted =
      std::max<int64_t>(1, std::llround(std::ceil(part * static_cast<double>(count_))));
  int64_t seen = 0;
  for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += buckets_[bucket];
    if (seen >= wanted) return std::min(Duration(LargestOf(bucket)), max_);
  }
  return max_;
}

}  // namespace edgeplane::simulate
