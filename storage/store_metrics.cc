#include "storage/store_metrics.h"

#include <string>

namespace edgeplane::storage {
namespace {

constexpr std::array<std::string_view, kStoreOperations> kNames = {"create_agent",
                                                                   "get_agent",
                                                                   "list_agents",
                                                                   "update_agent",
                                                                   "disable_agent",
                                                                   "enable_agent",
                                                                   "delete_agent",
                                                                   "get_credentials",
                                                                   "rotate_secret",
                                                                   "retire_secrets",
                                                                   "record_statuses",
                                                                   "open_session",
                                                                   "end_session",
                                                                   "reconcile_gateway",
                                                                   "list_lapsed_sessions",
                                                                   "begin_link",
                                                                   "renew_lease",
                                                                   "release_silent_gateway",
                                                                   "list_awaited_sessions",
                                                                   "list_gateways",
                                                                   "look_at_sessions",
                                                                   "enqueue_command",
                                                                   "get_command",
                                                                   "list_commands",
                                                                   "cancel_command",
                                                                   "claim_commands",
                                                                   "apply_acks",
                                                                   "expire_commands",
                                                                   "prune_commands",
                                                                   "count_commands",
                                                                   "count_agent_commands",
                                                                   "sync_agent",
                                                                   "return_sync",
                                                                   "release_overdue",
                                                                   "record_events",
                                                                   "list_events",
                                                                   "read_events",
                                                                   "last_event_sequence",
                                                                   "prune_events",
                                                                   "set_desired_config",
                                                                   "get_desired_config",
                                                                   "offer_config",
                                                                   "config_delivered",
                                                                   "create_join_token",
                                                                   "list_join_tokens",
                                                                   "revoke_join_token",
                                                                   "register_agent",
                                                                   "record_refusals",
                                                                   "get_refusal",
                                                                   "list_refusals",
                                                                   "count_refusals",
                                                                   "prune_refusals",
                                                                   "record_audit",
                                                                   "finish_audit",
                                                                   "list_audit",
                                                                   "prune_audit",
                                                                   "count_agents",
                                                                   "list_admin_tokens",
                                                                   "put_admin_token",
                                                                   "get_fact",
                                                                   "put_fact_once",
                                                                   "check_writable",
                                                                   "checkpoint"};

}  // namespace

std::string_view OperationName(StoreOperation operation) {
  return kNames.at(static_cast<size_t>(operation));
}

bool IsStoreFailure(const Error& error) {
  switch (error.code) {
    case v1::ErrorReason::SERVER_OVERLOADED:
    case v1::ErrorReason::STORE_UNAVAILABLE:
    case v1::ErrorReason::STORE_IN_DOUBT:
    case v1::ErrorReason::STORE_CORRUPT:
    case v1::ErrorReason::INTERNAL:
      return true;
    default:
      return false;
  }
}

StoreMetrics::StoreMetrics(MetricsRegistry& registry)
    : commit_seconds_(registry.AddHistogram("store_commit_seconds",
                                            "Time a commit took until it was durable.",
                                            MetricsRegistry::LatencyBuckets())),
      batch_size_(registry.AddHistogram("store_batch_size", "Operations that shared one commit.",
                                        {1, 2, 4, 8, 16, 32, 64, 128, 256})) {
  CounterFamily& errors = registry.AddCounterFamily(
      "store_errors_total", "Calls the store could not carry out, by operation.");
  for (size_t i = 0; i < kStoreOperations; ++i) {
    errors_.at(i) = &errors.Add({{"operation", std::string(kNames.at(i))}});
  }
}

void StoreMetrics::Committed(std::chrono::duration<double> took, size_t operations) {
  commit_seconds_.Observe(took.count());
  batch_size_.Observe(static_cast<double>(operations));
}

void StoreMetrics::Failed(StoreOperation operation) {
  errors_.at(static_cast<size_t>(operation))->Increment();
}

}  // namespace edgeplane::storage
