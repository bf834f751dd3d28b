#include "cli/status_name.h"

#include <array>
#include <cstddef>

namespace edgeplane::cli {
namespace {

// By number; grpcpp has no names of its own.
constexpr std::array<const char*, 17> kNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

}  // namespace

std::string StatusName(grpc::StatusCode code) {
  const auto number = static_cast<size_t>(code);
  if (code >= 0 && number < kNames.size()) return kNames[number];
  return "status " + std::to_string(static_cast<int>(code));
}

}  // namespace edgeplane::cli
