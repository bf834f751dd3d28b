#include "services/registry/store_failure.h"

#include "base/log.h"

namespace edgeplane::registry {

Error StoreFailed(const char* operation, const Error& error) {
  LogWarning("store failed", {{"operation", operation}, {"error", error.message}});
  return error;
}

}  // namespace edgeplane::registry
