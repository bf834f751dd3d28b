#include "base/clock.h"

#include <time.h>

#include <array>
#include <cstdio>

namespace edgeplane {
namespace {

namespace chrono = std::chrono;

// Reads RFC 3339's fixed-width fields from left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  // Exactly `width` digits with a value in [min, max].
  std::optional<int> Number(size_t width, int min, int max) {
    if (rest_.size() < width) return std::nullopt;
    int value = 0;
    for (char c : rest_.substr(0, width)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    if (value < min || value > max) return std::nullopt;
    rest_.remove_prefix(width);
    return value;
  }

  bool Take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool TakeEither(char a, char b) { return Take(a) || Take(b); }

  // 1 to 9 digits after the dot, in microseconds (what is finer is cut off).
  std::optional<int64_t> Fraction() {
    int64_t micros = 0;
    size_t digits = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      if (++digits > 9) return std::nullopt;
      if (digits <= 6) micros = micros * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    if (digits == 0) return std::nullopt;
    for (; digits < 6; ++digits) micros *= 10;
    return micros;
  }

  [[nodiscard]] bool AtEnd() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<chrono::sys_days> ReadDate(Reader& in) {
  auto year = in.Number(4, 0, 9999);
  if (!year || !in.Take('-')) return std::nullopt;
  auto month = in.Number(2, 1, 12);
  if (!month || !in.Take('-')) return std::nullopt;
  auto day = in.Number(2, 1, 31);
  if (!day) return std::nullopt;
  chrono::year_month_day date{chrono::year(*year), chrono::month(static_cast<unsigned>(*month)),
                              chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return chrono::sys_days(date);
}

std::optional<Duration> ReadTimeOfDay(Reader& in) {
  auto hour = in.Number(2, 0, 23);
  if (!hour || !in.Take(':')) return std::nullopt;
  auto minute = in.Number(2, 0, 59);
  if (!minute || !in.Take(':')) return std::nullopt;
  auto second = in.Number(2, 0, 60);  // 60: a leap second (RFC 3339, 5.7)
  if (!second) return std::nullopt;
  Duration result = chrono::hours(*hour) + chrono::minutes(*minute) + chrono::seconds(*second);
  if (in.Take('.')) {
    auto micros = in.Fraction();
    if (!micros) return std::nullopt;
    result += Duration(*micros);
  }
  return result;
}

std::optional<Duration> ReadOffset(Reader& in) {
  if (in.TakeEither('Z', 'z')) return Duration(0);
  int sign = 0;
  if (in.Take('+')) sign = 1;
  if (in.Take('-')) sign = -1;
  if (sign == 0) return std::nullopt;
  auto hours = in.Number(2, 0, 23);
  if (!hours || !in.Take(':')) return std::nullopt;
  auto minutes = in.Number(2, 0, 59);
  if (!minutes) return std::nullopt;
  return sign * (chrono::hours(*hours) + chrono::minutes(*minutes));
}

}  // namespace

std::string FormatTime(Time time) {
  auto millis = chrono::floor<chrono::milliseconds>(time);
  auto day = chrono::floor<chrono::days>(millis);
  chrono::year_month_day date(day);
  chrono::hh_mm_ss<chrono::milliseconds> clock(millis - day);
  std::array<char, 48> buffer{};
  int length = std::snprintf(
      buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", int(date.year()),
      unsigned(date.month()), unsigned(date.day()), static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
      static_cast<int>(clock.subseconds().count()));
  return std::string(buffer.data(), static_cast<size_t>(length));
}

std::optional<Time> ParseTime(std::string_view text) {
  Reader in(text);
  auto date = ReadDate(in);
  if (!date) return std::nullopt;
  // RFC 3339, 5.6: "T" may be in lower case, and a space may stand for it.
  if (!in.TakeEither('T', 't') && !in.Take(' ')) return std::nullopt;
  auto time_of_day = ReadTimeOfDay(in);
  if (!time_of_day) return std::nullopt;
  auto offset = ReadOffset(in);
  if (!offset || !in.AtEnd()) return std::nullopt;
  return Time(*date) + *time_of_day - *offset;
}

BootClock::time_point BootClock::now() noexcept {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);  // cannot fail: the clock exists, and so does `now`
  return time_point(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

Time SystemClock::Now() const { return chrono::floor<Duration>(chrono::system_clock::now()); }

}  // namespace edgeplane
