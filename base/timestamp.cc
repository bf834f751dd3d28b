#include "base/timestamp.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <cstdint>

namespace edgeplane {

using google::protobuf::util::TimeUtil;

namespace {

constexpr int64_t kMicros = 1'000'000;
constexpr int64_t kSecondsMin = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr int64_t kSecondsMax = 253'402'300'799;  // 9999-12-31T23:59:59Z

}  // namespace

void SetTime(Time time, google::protobuf::Timestamp& target) {
  const int64_t micros = ToMicros(time);
  // Timestamp's nanos count forward from the second, also before 1970.
  int64_t seconds = micros / kMicros;
  int64_t rest = micros % kMicros;
  if (rest < 0) {
    rest += kMicros;
    --seconds;
  }
  target.set_seconds(seconds);
  target.set_nanos(static_cast<int32_t>(rest * 1000));
}

Time GetTime(const google::protobuf::Timestamp& timestamp) {
  const int64_t seconds = std::clamp(timestamp.seconds(), kSecondsMin, kSecondsMax);
  const int64_t micros = std::clamp<int64_t>(timestamp.nanos() / 1000, 0, kMicros - 1);
  return FromMicros(seconds * kMicros + micros);
}

void SetDuration(Duration duration, google::protobuf::Duration& target) {
  target = TimeUtil::MicrosecondsToDuration(duration.count());
}

Duration GetDuration(const google::protobuf::Duration& duration) {
  return Duration(TimeUtil::DurationToMicroseconds(duration));
}

}  // namespace edgeplane
