// What the operator's API counts: one block, called as verbs.
#pragma once

#include <grpcpp/support/status_code_enum.h>

#include <array>
#include <atomic>
#include <string>
#include <string_view>

#include "base/metrics.h"

namespace edgeplane::admin {

inline constexpr size_t kGrpcCodes = 17;  // grpc::StatusCode 0..16

// One method's calls by status code. A code's child is made when it first comes
// up and remembered: most of the 17 never do, and each would be a line of every
// scrape.
class MethodCalls {
 public:
  // `family` must outlive this.
  MethodCalls(CounterFamily& family, std::string method);
  MethodCalls(const MethodCalls&) = delete;
  MethodCalls& operator=(const MethodCalls&) = delete;

  [[nodiscard]] const std::string& method() const { return method_; }
  void Ended(grpc::StatusCode code);

 private:
  Counter& Child(size_t code);

  CounterFamily& family_;
  const std::string method_;
  std::array<std::atomic<Counter*>, kGrpcCodes> children_{};
};

// Thread safe.
class AdminMetrics {
 public:
  // `registry` must outlive this.
  explicit AdminMetrics(MetricsRegistry& registry);

  [[nodiscard]] CounterFamily& calls() { return calls_; }
  void AuthenticationFailed() { auth_failures_.Increment(); }
  void SetWatches(size_t open) { watches_.Set(static_cast<double>(open)); }

 private:
  CounterFamily& calls_;
  Counter& auth_failures_;
  Gauge& watches_;
};

// "PERMISSION_DENIED": as in the gRPC specification.
std::string_view GrpcCodeName(grpc::StatusCode code);

}  // namespace edgeplane::admin
