// What a store tells about itself. One block for the process; every backend
// that commits to a disk or a server reports here.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/metrics.h"
#include "base/result.h"

namespace edgeplane::storage {

// Every call of Store by its name, and what a backend does on its own.
enum class StoreOperation : uint8_t {
  kCreateAgent,
  kGetAgent,
  kListAgents,
  kUpdateAgent,
  kDisableAgent,
  kEnableAgent,
  kDeleteAgent,
  kGetCredentials,
  kRotateSecret,
  kRetireSecrets,
  kRecordStatuses,
  kOpenSession,
  kEndSession,
  kReconcileGateway,
  kListLapsedSessions,
  kBeginLink,
  kRenewLease,
  kReleaseSilentGateway,
  kListAwaitedSessions,
  kListGateways,
  kLookAtSessions,
  kEnqueueCommand,
  kGetCommand,
  kListCommands,
  kCancelCommand,
  kClaimCommands,
  kApplyAcks,
  kExpireCommands,
  kPruneCommands,
  kCountCommands,
  kCountAgentCommands,
  kSyncAgent,
  kReturnSync,
  kReleaseOverdue,
  kRecordEvents,
  kListEvents,
  kReadEvents,
  kLastEventSequence,
  kPruneEvents,
  kSetDesiredConfig,
  kGetDesiredConfig,
  kOfferConfig,
  kConfigDelivered,
  kCreateJoinToken,
  kListJoinTokens,
  kRevokeJoinToken,
  kRegisterAgent,
  kRecordRefusals,
  kGetRefusal,
  kListRefusals,
  kCountRefusals,
  kPruneRefusals,
  kRecordAudit,
  kFinishAudit,
  kListAudit,
  kPruneAudit,
  kCountAgents,
  kListAdminTokens,
  kPutAdminToken,
  kGetFact,
  kPutFactOnce,
  kCheckWritable,
  kCheckpoint,
};
inline constexpr size_t kStoreOperations = static_cast<size_t>(StoreOperation::kCheckpoint) + 1;

std::string_view OperationName(StoreOperation operation);  // "create_agent"

// Whether an error is the store's own failure, rather than its answer.
bool IsStoreFailure(const Error& error);

// Thread safe.
class StoreMetrics {
 public:
  explicit StoreMetrics(MetricsRegistry& registry);

  void Committed(std::chrono::duration<double> took, size_t operations);
  void Failed(StoreOperation operation);

 private:
  Histogram& commit_seconds_;
  Histogram& batch_size_;
  std::array<Counter*, kStoreOperations> errors_{};
};

}  // namespace edgeplane::storage
