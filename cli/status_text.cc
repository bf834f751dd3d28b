#include "cli/status_text.h"

#include <array>
#include <cstddef>

#include "cli/escape.h"

namespace edgeplane::cli {
namespace {

// By number; grpcpp has no names of its own.
constexpr std::array<const char*, 17> kNames = {
    "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
    "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
    "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
    "DATA_LOSS", "UNAUTHENTICATED"};

constexpr size_t kMessageBytesMax = 1000;

}  // namespace

std::string StatusName(grpc::StatusCode code) {
  const auto number = static_cast<size_t>(code);
  if (code >= 0 && number < kNames.size()) return kNames[number];
  return "status " + std::to_string(static_cast<int>(code));
}

std::string Clean(std::string_view text) {
  std::string clean = EscapeForTerminal(text.substr(0, kMessageBytesMax));
  if (text.size() > kMessageBytesMax) clean += "..";
  return clean;
}

std::string Said(const grpc::Status& status) {
  const std::string name = StatusName(status.error_code());
  if (status.error_message().empty() || status.error_message() == name) {
    return "the server gave no cause; gRPC's status is " + name;
  }
  return Clean(status.error_message());
}

}  // namespace edgeplane::cli
