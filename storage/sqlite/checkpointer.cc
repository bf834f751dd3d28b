#include "storage/sqlite/checkpointer.h"

#include "base/log.h"

namespace edgeplane::storage::sqlite {
namespace {

// Where readers kept the log from starting over it is tried again after a
// quarter more. At four times the size the writer waits for them, for a part of
// what a call may take: with always some of them in it the log would grow
// without end.
constexpr int kStepsInFirst = 4;
constexpr int kInsistFactor = 4;
constexpr int kInsistPart = 10;

void SetLockWait(sqlite3* database, Duration wait) {
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(wait);
  sqlite3_busy_timeout(database, static_cast<int>(millis.count()));
}

}  // namespace

Checkpointer::Checkpointer(Connection& connection, const Limits& limits, StoreMetrics* metrics)
    : connection_(connection), limits_(limits), metrics_(metrics), due_at_(limits.pages) {
  sqlite3_wal_hook(connection_.handle(), &OnWal, this);
}

Checkpointer::~Checkpointer() { sqlite3_wal_hook(connection_.handle(), nullptr, nullptr); }

int Checkpointer::OnWal(void* self, sqlite3* /*database*/, const char* /*name*/, int pages) {
  auto* checkpointer = static_cast<Checkpointer*>(self);
  const bool started_over = pages < checkpointer->wal_pages_;
  checkpointer->wal_pages_ = pages;
  if (started_over) checkpointer->due_at_ = checkpointer->limits_.pages;
  return SQLITE_OK;
}

void Checkpointer::RunIfDue() {
  if (wal_pages_ < due_at_) return;
  due_at_ = wal_pages_ + limits_.pages / kStepsInFirst;
  const bool insist = wal_pages_ >= limits_.pages * kInsistFactor;
  const int code = insist ? CheckpointInsistently() : Checkpoint();
  const bool failed = code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY;
  if (failed && metrics_ != nullptr) metrics_->Failed(StoreOperation::kCheckpoint);
  if (failed && !failing_) {
    LogError("store checkpoint failed",
             {{"sqlite_code", code}, {"detail", sqlite3_errmsg(connection_.handle())}});
  }
  failing_ = failed;
}

// Waits for nobody.
int Checkpointer::Checkpoint() {
  return sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                   nullptr, nullptr);
}

// Waits until no reader needs the log; reading goes on meanwhile.
int Checkpointer::CheckpointInsistently() {
  SetLockWait(connection_.handle(), limits_.lock_wait / kInsistPart);
  const int code = sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr,
                                             SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  SetLockWait(connection_.handle(), limits_.lock_wait);
  return code;
}

}  // namespace edgeplane::storage::sqlite
