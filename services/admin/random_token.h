// Secrets that the server makes.
#pragma once

#include <string_view>

#include "base/secret.h"

namespace edgeplane::admin {

inline constexpr size_t kRandomTokenHexDigits = 64;

// The prefix, then 32 bytes from the system's random source as lower-case hex.
Secret MakeRandomToken(std::string_view prefix = "");

}  // namespace edgeplane::admin
