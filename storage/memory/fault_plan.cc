#include "storage/memory/fault_plan.h"

#include <utility>

namespace edgeplane::storage {

void FaultPlan::Fail(int64_t nth, Error error) {
  faults_.emplace(calls_ + nth, Fault{std::move(error), false});
}

void FaultPlan::Doubt(int64_t nth) {
  Error error = MakeError(v1::ErrorReason::STORE_IN_DOUBT,
                          "The store did not say in time whether it took the operation.");
  faults_.emplace(calls_ + nth, Fault{std::move(error), true});
}

std::optional<FaultPlan::Fault> FaultPlan::Next(bool writes) {
  ++calls_;
  for (auto due = faults_.begin(); due != faults_.end() && due->first <= calls_; ++due) {
    if (due->second.applied && !writes) continue;
    Fault fault = std::move(due->second);
    faults_.erase(due);
    return fault;
  }
  return std::nullopt;
}

}  // namespace edgeplane::storage
