// Time as the domain sees it: UTC, in microseconds.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edgeplane {

using Duration = std::chrono::microseconds;
using Time = std::chrono::sys_time<Duration>;

inline int64_t ToMicros(Time time) { return time.time_since_epoch().count(); }
inline Time FromMicros(int64_t micros) { return Time(Duration(micros)); }

// RFC 3339 in UTC with an upper-case Z and milliseconds: 2026-01-31T09:15:00.250Z.
std::string FormatTime(Time time);
// Accepts any RFC 3339 offset and 0 to 9 fraction digits.
std::optional<Time> ParseTime(std::string_view text);

// Where "now" comes from. Thread safe.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time Now() const override;
};

// How long things take, for leases: counts the time too in which the machine sleeps
// (CLOCK_BOOTTIME), as everybody else's clock does. std::chrono::steady_clock does not.
struct BootClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  // The standard's name (time.clock.req).
  static constexpr bool is_steady = true;  // NOLINT(readability-identifier-naming)
  static time_point now() noexcept;
};

// Stands still until it is moved; for tests.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : micros_(ToMicros(start)) {}
  [[nodiscard]] Time Now() const override { return FromMicros(micros_.load()); }
  void Advance(Duration by) { micros_ += by.count(); }

 private:
  std::atomic<int64_t> micros_;
};

}  // namespace edgeplane
