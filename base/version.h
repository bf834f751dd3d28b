#pragma once

#include <string_view>

namespace edgeplane {

// "0.1.0"; from CMake's project version.
std::string_view Version();

}  // namespace edgeplane
