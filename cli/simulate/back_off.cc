#include "cli/simulate/back_off.h"

#include <algorithm>

namespace edgeplane::simulate {

Duration BackOff::Next() {
  const Duration pause = next_;
  next_ = std::min(next_ * 2, kLongest);
  return pause;
}

}  // namespace edgeplane::simulate
