// Times and spans as an operator reads them in a sentence.
#pragma once

#include <string>

#include "base/clock.h"

namespace edgeplane::registry {

// "25 h 15 min", "24 h", "5 min 3 s", "3 d 2 h", "0 s": the two largest units
// that are not zero. A negative span counts as its length.
std::string SpanText(Duration span);

// RFC 3339 in UTC to the second: 2026-01-30T08:00:00Z.
std::string FormatSeconds(Time time);

}  // namespace edgeplane::registry
