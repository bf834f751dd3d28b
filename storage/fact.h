// The limits of FleetStore's facts.
#pragma once

#include <string_view>

#include "base/result.h"

namespace edgeplane::storage {

inline constexpr size_t kFactNameMax = 64;
inline constexpr size_t kFactValueMax = 1024;

// INVALID_FIELD when a fact is beyond them.
Status CheckFact(std::string_view name, std::string_view value);

}  // namespace edgeplane::storage
