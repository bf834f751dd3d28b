// Where a command runs: what it reads, where it writes, what time it is.
#pragma once

#include <cstddef>
#include <istream>
#include <ostream>

#include "base/clock.h"

namespace edgeplane::cli {

struct Surroundings {
  std::istream& in;
  std::ostream& out;  // what was asked for, and nothing else
  std::ostream& err;  // everything said to the person
  bool in_is_terminal = false;
  bool err_is_terminal = false;
  bool colour = false;  // on `out`
  size_t columns = 0;   // of `out`, where it is a terminal; else 0
  const Clock& clock;
};

}  // namespace edgeplane::cli
