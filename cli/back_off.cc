#include "cli/back_off.h"

#include <algorithm>
#include <thread>

namespace edgeplane::cli {
namespace {

constexpr Duration kLongest = std::chrono::seconds(5);

}  // namespace

void BackOff::Pause(Duration limit) {
  std::this_thread::sleep_for(std::clamp(limit, Duration::zero(), next_));
  next_ = std::min(next_ * 2, kLongest);
}

}  // namespace edgeplane::cli
