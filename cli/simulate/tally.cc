#include "cli/simulate/tally.h"

namespace edgeplane::simulate {
namespace {

constexpr size_t kKeysMax = 200;
constexpr std::string_view kOthers = "others";

}  // namespace

void CountUp(Counts& counts, std::string_view key) {
  auto found = counts.find(key);
  if (found == counts.end()) {
    if (counts.size() >= kKeysMax) key = kOthers;
    found = counts.try_emplace(std::string(key), 0).first;
  }
  ++found->second;
}

int64_t Total(const Counts& counts) {
  int64_t total = 0;
  for (const auto& [key, count] : counts) total += count;
  return total;
}

}  // namespace edgeplane::simulate
