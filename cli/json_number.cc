#include "cli/json_number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <vector>

namespace edgeplane::cli {
namespace {

// Digits without leading zeros, and the power of ten of the first of them:
// 0.0250 is "250", -2.
struct Decimal {
  std::string digits;  // empty: zero
  int64_t exponent = 0;
};

// Far beyond what a double can have; keeps sums of exponents from overflowing.
constexpr int64_t kExponentMax = 1'000'000'000;

Decimal ParseDecimal(std::string_view literal) {
  if (literal.starts_with('-')) literal.remove_prefix(1);
  int64_t exponent = 0;
  if (const size_t e = literal.find_first_of("eE"); e != std::string_view::npos) {
    std::string_view text = literal.substr(e + 1);
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exponent);
    if (error != std::errc()) exponent = kExponentMax;
    exponent = std::min(exponent, kExponentMax);
    if (negative) exponent = -exponent;
    literal = literal.substr(0, e);
  }
  const size_t dot = std::min(literal.find('.'), literal.size());
  Decimal decimal{std::string(literal), static_cast<int64_t>(dot) - 1 + exponent};
  if (dot < literal.size()) decimal.digits.erase(dot, 1);
  const size_t zeros = std::min(decimal.digits.find_first_not_of('0'), decimal.digits.size());
  decimal.digits.erase(0, zeros);
  decimal.exponent -= static_cast<int64_t>(zeros);
  return decimal;
}

bool IsNumberPart(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

}  // namespace

bool DoubleHolds(std::string_view literal) {
  Decimal wanted = ParseDecimal(literal);
  if (wanted.digits.empty()) return true;
  // 1e23 promises one digit, 100000000000000000000000 all of them.
  if (literal.find_first_of(".eE") != std::string_view::npos) {
    wanted.digits.erase(wanted.digits.find_last_not_of('0') + 1);
  }
  double value = 0;
  const auto [end, error] = std::from_chars(literal.data(), literal.data() + literal.size(), value);
  if (error != std::errc() || end != literal.data() + literal.size()) return false;
  if (value == 0 || !std::isfinite(value)) return false;

  // As many digits of the double as the literal has, correctly rounded.
  std::vector<char> buffer(wanted.digits.size() + 32);
  const auto printed =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                    std::chars_format::scientific, static_cast<int>(wanted.digits.size()) - 1);
  if (printed.ec != std::errc()) return false;
  const Decimal held = ParseDecimal({buffer.data(), printed.ptr});
  return held.digits == wanted.digits && held.exponent == wanted.exponent;
}

std::optional<std::string> FindInexactNumber(std::string_view json) {
  for (size_t i = 0; i < json.size(); ++i) {
    if (json[i] == '"') {
      for (++i; i < json.size() && json[i] != '"'; ++i) {
        if (json[i] == '\\') ++i;
      }
      continue;
    }
    if (json[i] != '-' && (json[i] < '0' || json[i] > '9')) continue;
    const size_t begin = i;
    while (i < json.size() && IsNumberPart(json[i])) ++i;
    const std::string_view literal = json.substr(begin, i - begin);
    if (!DoubleHolds(literal)) return std::string(literal);
    --i;
  }
  return std::nullopt;
}

}  // namespace edgeplane::cli
