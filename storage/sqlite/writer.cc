#include "storage/sqlite/writer.h"

#include <pthread.h>

#include <algorithm>

#include "base/log.h"
#include "storage/sqlite/query.h"

namespace edgeplane::storage::sqlite {
namespace {

using std::chrono::steady_clock;

// WAL pages (4 KiB each) after which they are folded into the database.
constexpr int kCheckpointPages = 4000;

// What ends a whole batch, because the next call would meet it too or because
// the transaction cannot be trusted any more.
bool EndsBatch(const Error& error) {
  return error.code == v1::ErrorReason::STORE_UNAVAILABLE ||
         error.code == v1::ErrorReason::STORE_CORRUPT;
}

Error NotDone() {
  return MakeError(v1::ErrorReason::STORE_UNAVAILABLE,
                   "The store could not commit; nothing was changed. Try again.");
}

Error InDoubt() {
  return MakeError(v1::ErrorReason::STORE_IN_DOUBT,
                   "The store did not say in time whether it took the operation; look before "
                   "trying again.");
}

Error TimedOut() {
  return MakeError(v1::ErrorReason::STORE_UNAVAILABLE,
                   "The store did not get to it in time; nothing was changed. Its disk may be "
                   "slow.");
}

Error Overloaded() {
  return MakeError(v1::ErrorReason::SERVER_OVERLOADED,
                   "Too many writes wait for the store; try again later.");
}

// A commit that failed with one of these has left no whole transaction in the
// WAL. After any other, an fsync that failed above all, one may be there and
// would come back if the machine went down now.
bool IsSurelyUndone(int code) {
  switch (code) {
    case SQLITE_IOERR_WRITE:
    case SQLITE_IOERR_NOMEM:
      return true;
    default:
      break;
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_NOMEM:
    case SQLITE_CONSTRAINT:
    case SQLITE_INTERRUPT:
      return true;
    default:
      return false;
  }
}

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, const Limits& limits, StoreMetrics* metrics)
    : connection_(std::move(connection)), limits_(limits), metrics_(metrics) {
  sqlite3_wal_hook(connection_->handle(), &OnWal, this);
  thread_ = std::thread([this] { Loop(); });
  pthread_setname_np(thread_.native_handle(), "store-writer");
}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

Status Writer::Run(StoreOperation operation, Work work) {
  auto call = std::make_shared<Call>();
  call->operation = operation;
  call->work = std::move(work);
  Status answer = Submit(call);
  if (!answer.ok() && metrics_ != nullptr && IsStoreFailure(answer.error())) {
    metrics_->Failed(operation);
  }
  return answer;
}

Status Writer::Submit(const std::shared_ptr<Call>& call) {
  const auto deadline = steady_clock::now() + limits_.timeout;
  std::unique_lock lock(mutex_);
  if (queue_.size() >= limits_.queue_max) return Overloaded();
  queue_.push_back(call);
  wake_.notify_one();
  if (call->answered.wait_until(lock, deadline, [&] { return call->answer.has_value(); })) {
    return std::move(*call->answer);
  }
  if (call->started) return InDoubt();
  std::erase(queue_, call);
  return TimedOut();
}

void Writer::Loop() {
  while (WaitForCalls()) {
    RunBatch();
    if (wal_pages_ >= kCheckpointPages) Checkpoint();
  }
}

// False when it is time to end.
bool Writer::WaitForCalls() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  return !queue_.empty();
}

Writer::Batch Writer::Take() {
  const std::lock_guard lock(mutex_);
  const size_t count = std::min(queue_.size(), limits_.batch_max);
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
  Batch batch(queue_.begin(), end);
  queue_.erase(queue_.begin(), end);
  for (const std::shared_ptr<Call>& call : batch) call->started = true;
  return batch;
}

void Writer::RunBatch() {
  // First the lock, then the calls: while somebody else holds it nothing has
  // started, and calls can still be withdrawn.
  const Status begun = Query(*connection_, "begin_write").Run();
  const Batch batch = Take();
  if (!begun.ok()) {
    RollBack();
    AnswerAll(batch, std::vector<Status>(batch.size(), begun));
    return;
  }
  std::vector<Status> answers(batch.size());
  Status end = RunCalls(batch, answers);
  if (end.ok()) {
    end = Commit(batch.size());
    if (!end.ok()) answers.assign(batch.size(), end);
  }
  if (!end.ok()) RollBack();
  AnswerAll(batch, std::move(answers));
}

Status Writer::RunCalls(const Batch& batch, std::vector<Status>& own) {
  for (size_t i = 0; i < batch.size(); ++i) {
    Status end = RunInSavepoint(*batch[i], own[i]);
    // Some failures make SQLite end the whole transaction.
    if (end.ok() && connection_->IsIdle()) end = NotDone();
    if (end.ok()) continue;
    const Status culprit = end;
    std::fill(own.begin(), own.end(), Status(NotDone()));
    own[i] = culprit;
    return end;
  }
  return {};
}

Status Writer::RunInSavepoint(Call& call, Status& own) {
  if (Status set = Query(*connection_, "savepoint").Run(); !set.ok()) return set;
  own = call.work(*connection_);
  if (!own.ok()) {
    if (EndsBatch(own.error()) || connection_->IsIdle()) return own;
    if (Status undone = Query(*connection_, "rollback_to").Run(); !undone.ok()) return undone;
  }
  return Query(*connection_, "release").Run();
}

Status Writer::Commit(size_t operations) {
  const auto begin = steady_clock::now();
  int code = SQLITE_OK;
  sqlite3_stmt* commit = connection_->Prepared("commit", &code);
  if (commit != nullptr) {
    code = sqlite3_step(commit);
    sqlite3_reset(commit);
  }
  if (code == SQLITE_DONE) {
    if (metrics_ != nullptr) metrics_->Committed(steady_clock::now() - begin, operations);
    return {};
  }
  const Error error = ErrorOf(code, connection_->handle(), "commit");
  LogError("store_commit_failed", {{"operations", operations}, {"sqlite_code", code}});
  if (!IsSurelyUndone(code)) return InDoubt();
  return EndsBatch(error) ? error : NotDone();
}

void Writer::RollBack() {
  if (connection_->IsIdle()) return;
  // If even this fails the next batch fails to begin, and tries again.
  if (Status undone = Query(*connection_, "rollback").Run(); !undone.ok()) {
    LogError("store_rollback_failed", {{"message", undone.error().message}});
  }
}

void Writer::AnswerAll(const Batch& batch, std::vector<Status> answers) {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < batch.size(); ++i) {
    batch[i]->answer = std::move(answers[i]);
    batch[i]->answered.notify_one();
  }
}

int Writer::OnWal(void* self, sqlite3* /*database*/, const char* /*name*/, int pages) {
  static_cast<Writer*>(self)->wal_pages_ = pages;
  return SQLITE_OK;
}

// Passive: folds back what no reader still needs, and waits for nobody.
void Writer::Checkpoint() {
  const int code = sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr,
                                             SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  const bool failed = code != SQLITE_OK;
  if (failed && metrics_ != nullptr) metrics_->Failed(StoreOperation::kCheckpoint);
  // Tried again after every commit from now on, but told once.
  if (failed && !checkpoint_failing_) {
    LogError("store_checkpoint_failed",
             {{"sqlite_code", code}, {"detail", sqlite3_errmsg(connection_->handle())}});
  }
  checkpoint_failing_ = failed;
  if (!failed) wal_pages_ = 0;
}

}  // namespace edgeplane::storage::sqlite
