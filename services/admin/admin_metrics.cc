#include "services/admin/admin_metrics.h"

#include <utility>

namespace edgeplane::admin {
namespace {

constexpr std::array<std::string_view, kGrpcCodes> kCodeNames = {
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
};

size_t IndexOf(grpc::StatusCode code) {
  const auto index = static_cast<size_t>(code);
  return index < kGrpcCodes ? index : static_cast<size_t>(grpc::StatusCode::UNKNOWN);
}

}  // namespace

std::string_view GrpcCodeName(grpc::StatusCode code) { return kCodeNames[IndexOf(code)]; }

MethodCalls::MethodCalls(CounterFamily& family, std::string method)
    : family_(family), method_(std::move(method)) {
  Child(static_cast<size_t>(grpc::StatusCode::OK));  // so that a rate has a zero to begin at
}

void MethodCalls::Ended(grpc::StatusCode code) { Child(IndexOf(code)).Increment(); }

Counter& MethodCalls::Child(size_t code) {
  Counter* child = children_[code].load(std::memory_order_acquire);
  if (child == nullptr) {
    // The same labels give the same child, so racing here does no harm.
    child = &family_.Add({{"method", method_}, {"code", std::string(kCodeNames[code])}});
    children_[code].store(child, std::memory_order_release);
  }
  return *child;
}

AdminMetrics::AdminMetrics(MetricsRegistry& registry)
    : calls_(registry.AddCounterFamily("admin_calls_total",
                                       "Calls of the operator's API that have ended.")),
      auth_failures_(registry.AddCounter(
          "admin_auth_failures_total",
          "Calls of operators, over either protocol, without a token that is known and allows "
          "the call.")),
      watches_(registry.AddGauge("admin_watches",
                                 "WatchCommand and WatchEvents streams that are open.")) {}

}  // namespace edgeplane::admin
