#include "base/setting_text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace edgeplane {
namespace {

struct Unit {
  std::string_view name;
  int64_t size;
};

constexpr std::array<Unit, 6> kDurationUnits{{
    {"us", 1},
    {"ms", 1'000},
    {"s", 1'000'000},
    {"m", 60'000'000},
    {"h", 3'600'000'000},
    {"d", 86'400'000'000},
}};

constexpr std::array<Unit, 5> kByteUnits{{
    {"", 1},
    {"KiB", int64_t{1} << 10},
    {"MiB", int64_t{1} << 20},
    {"GiB", int64_t{1} << 30},
    {"TiB", int64_t{1} << 40},
}};

template <size_t kCount>
std::string FormatInUnits(int64_t value, const std::array<Unit, kCount>& units) {
  const Unit* best = &units.front();
  for (const Unit& unit : units) {
    if (value % unit.size == 0) best = &unit;
  }
  return std::to_string(value / best->size) + std::string(best->name);
}

template <size_t kCount>
std::optional<int64_t> ParseInUnits(std::string_view text, const std::array<Unit, kCount>& units) {
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = ParseWholeNumber(text.substr(0, digits));
  if (!number) return std::nullopt;
  for (const Unit& unit : units) {
    if (unit.name != text.substr(digits)) continue;
    int64_t value = 0;
    if (__builtin_mul_overflow(*number, unit.size, &value)) return std::nullopt;
    return value;
  }
  return std::nullopt;
}

}  // namespace

std::string FormatDuration(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  return FormatInUnits(duration.count(), kDurationUnits);
}

std::optional<Duration> ParseDuration(std::string_view text) {
  const auto micros = ParseInUnits(text, kDurationUnits);
  if (!micros) return std::nullopt;
  return Duration(*micros);
}

std::string FormatBytes(int64_t bytes) {
  if (bytes == 0) return "0";
  return FormatInUnits(bytes, kByteUnits);
}

std::optional<int64_t> ParseBytes(std::string_view text) { return ParseInUnits(text, kByteUnits); }

std::optional<int64_t> ParseWholeNumber(std::string_view text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string FormatFlag(bool flag) { return flag ? "true" : "false"; }

std::optional<bool> ParseFlag(std::string_view text) {
  if (text == "true" || text == "yes" || text == "on" || text == "1") return true;
  if (text == "false" || text == "no" || text == "off" || text == "0") return false;
  return std::nullopt;
}

std::string FormatTextList(const std::vector<std::string>& elements) {
  std::string text;
  for (const std::string& element : elements) {
    if (!text.empty()) text += ',';
    text += element;
  }
  return text;
}

std::vector<std::string> ParseTextList(std::string_view text) {
  std::vector<std::string> elements;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    const std::string_view element = TrimBlanks(text.substr(0, comma));
    if (!element.empty()) elements.emplace_back(element);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return elements;
}

std::string_view TrimBlanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace edgeplane
