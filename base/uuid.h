// UUIDs (RFC 9562) in their 36-character lower-case text form.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"

namespace edgeplane {

// Version 7: sorts by time, to the millisecond; 74 random bits. Thread safe.
std::string NewUuid(Time now);

// Any version, hex digits in either case.
bool IsUuid(std::string_view text);

// The form ids are kept in: lower case, however they were said (RFC 9562, 4).
std::string CanonicalUuid(std::string uuid);

}  // namespace edgeplane
