#include "cli/simulate/plan.h"

#include <charconv>
#include <string_view>

namespace edgeplane::simulate {
namespace {

constexpr size_t kDigitsMin = 4;
constexpr double kRateMax = 1'000'000;

}  // namespace

std::string AgentId(const Plan& plan, int64_t number) {
  const std::string digits = std::to_string(number + 1);
  const size_t zeros = digits.size() < kDigitsMin ? kDigitsMin - digits.size() : 0;
  return plan.prefix + std::string(zeros, '0') + digits;
}

bool OnlyPolls(const Plan& plan, int64_t number) {
  const auto up_to = [&](int64_t count) { return count * plan.polling_percent / 100; };
  return up_to(number + 1) > up_to(number);
}

std::optional<double> ParseRate(std::string_view text) {
  double per = 1;
  if (text.ends_with("/s")) {
    text.remove_suffix(2);
  } else if (text.ends_with("/m")) {
    text.remove_suffix(2);
    per = 60;
  }
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!(number >= 0) || number > kRateMax) return std::nullopt;
  return number / per;
}

}  // namespace edgeplane::simulate
