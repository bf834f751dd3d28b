// All of a stream, as far as it goes.
#pragma once

#include <istream>
#include <string>

#include "base/result.h"

namespace edgeplane::cli {

// INVALID_FIELD when there is more than `bytes_max`, or the stream breaks.
Result<std::string> ReadBounded(std::istream& in, size_t bytes_max);

}  // namespace edgeplane::cli
