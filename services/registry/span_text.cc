#include "services/registry/span_text.h"

#include <array>
#include <chrono>
#include <cstdlib>

namespace edgeplane::registry {

std::string SpanText(Duration span) {
  int64_t rest = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::abs(span)).count();
  struct Unit {
    int64_t seconds;
    const char* name;
  };
  // Hours up to four days: token ages are set and compared in hours.
  constexpr int64_t kDay = 86'400;
  const std::array<Unit, 4> units = {
      {{rest >= 4 * kDay ? kDay : 0, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}}};
  std::string text;
  int parts = 0;
  for (const Unit& unit : units) {
    if (unit.seconds == 0) continue;
    const int64_t count = rest / unit.seconds;
    rest %= unit.seconds;
    if (parts == 1 && count == 0) break;  // "24 h", not "24 h 0 min" and not "24 h 3 s"
    if (count == 0) continue;
    text += (parts == 0 ? "" : " ") + std::to_string(count) + " " + unit.name;
    if (++parts == 2) break;
  }
  return parts == 0 ? "0 s" : text;
}

std::string FormatSeconds(Time time) {
  const std::string text = FormatTime(time);  // 2026-01-30T08:00:00.000Z
  const size_t dot = text.find('.');
  return dot == std::string::npos ? text : text.substr(0, dot) + "Z";
}

}  // namespace edgeplane::registry
