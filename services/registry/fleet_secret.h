// The fleet secret: one secret that all agents shared before each had its own.
#pragma once

#include <string>

#include "base/result.h"
#include "base/secret.h"

namespace edgeplane::registry {

// From a file nobody else can read: 16 to 256 printable ASCII characters without a
// space at either end, and at most one newline behind them. An empty path is an
// empty secret, which is none. Errors name the path, and never what is in it.
Result<Secret> ReadFleetSecret(const std::string& path);

}  // namespace edgeplane::registry
