#include "services/admin/audit_log.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "base/uuid.h"

namespace edgeplane::admin {
namespace {

constexpr size_t kOutcomesPerCommit = 256;
// Far more than can end while a store is away: each began with an entry in it.
constexpr size_t kOutcomesMax = 65'536;
constexpr std::chrono::seconds kRetryAfter{1};

// The same again is harmless where it was in doubt.
bool MayPass(const Error& error) {
  return error.code == v1::ErrorReason::STORE_UNAVAILABLE ||
         error.code == v1::ErrorReason::STORE_IN_DOUBT ||
         error.code == v1::ErrorReason::SERVER_OVERLOADED;
}

}  // namespace

AuditLog::AuditLog(storage::AuditStore& store, const Clock& clock) : store_(store), clock_(clock) {
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), "audit-log");
}

AuditLog::~AuditLog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Result<std::string> AuditLog::Begin(storage::AuditEntry entry) {
  entry.create_time = clock_.Now();
  entry.audit_id = NewUuid(entry.create_time);
  if (Status recorded = store_.RecordAudit(entry); !recorded.ok()) return recorded.error();
  return std::move(entry.audit_id);
}

void AuditLog::End(storage::AuditOutcome outcome) {
  const std::lock_guard lock(mutex_);
  ++ended_count_;
  if (ended_.size() >= kOutcomesMax) {
    ++kept_count_;
    LogWarning("audit outcome left out", {{"audit_id", outcome.audit_id}});
    return;
  }
  ended_.push_back(std::move(outcome));
  changed_.notify_all();
}

void AuditLog::Settle(Duration timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout, [this, until = ended_count_] { return kept_count_ >= until; });
}

void AuditLog::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !ended_.empty(); });
    if (ended_.empty()) return;
    KeepSome(lock);
  }
}

void AuditLog::KeepSome(std::unique_lock<std::mutex>& lock) {
  const size_t count = std::min(ended_.size(), kOutcomesPerCommit);
  const std::vector<storage::AuditOutcome> some(
      ended_.begin(), ended_.begin() + static_cast<std::ptrdiff_t>(count));
  lock.unlock();
  const Status kept = store_.FinishAudit(some);
  lock.lock();
  if (!kept.ok() && !stopping_ && MayPass(kept.error())) {
    LogWarning("audit outcomes not kept yet", {{"message", kept.error().message}});
    changed_.wait_for(lock, kRetryAfter, [this] { return stopping_; });
    return;
  }
  // A store that takes none now takes none of the rest either, and nobody waits for it.
  const size_t over = kept.ok() || !stopping_ ? count : ended_.size();
  if (!kept.ok()) {
    LogWarning("audit outcomes lost", {{"calls", over}, {"message", kept.error().message}});
  }
  ended_.erase(ended_.begin(), ended_.begin() + static_cast<std::ptrdiff_t>(over));
  kept_count_ += static_cast<int64_t>(over);
  changed_.notify_all();
}

}  // namespace edgeplane::admin
