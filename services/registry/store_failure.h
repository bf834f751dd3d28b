// A failure of the store, on its way out.
#pragma once

#include "base/result.h"

namespace edgeplane::registry {

// Into the log, and back.
Error StoreFailed(const char* operation, const Error& error);

}  // namespace edgeplane::registry
