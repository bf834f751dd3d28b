#include "storage/sqlite/writer.h"

#include <pthread.h>

#include <algorithm>

#include "base/log.h"
#include "storage/sqlite/errors.h"
#include "storage/sqlite/query.h"
#include "storage/store_errors.h"

namespace edgeplane::storage::sqlite {
namespace {

using std::chrono::steady_clock;

// What ends a whole batch, because the next call would meet it too. Damage is
// undone like anything else: one bad row fails only who needs it.
bool EndsBatch(const Error& error) { return error.code == v1::ErrorReason::STORE_UNAVAILABLE; }

}  // namespace

Writer::Writer(std::unique_ptr<Connection> connection, const Limits& limits, StoreMetrics* metrics)
    : connection_(std::move(connection)),
      limits_(limits),
      metrics_(metrics),
      checkpointer_(*connection_, {limits.checkpoint_pages, limits.timeout}, metrics) {
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
  if (queue_.size() >= limits_.queue_max) return TooManyWrites();
  queue_.push_back(call);
  wake_.notify_one();
  if (call->answered.wait_until(lock, deadline, [&] { return call->answer.has_value(); })) {
    return std::move(*call->answer);
  }
  if (call->started) return CommitInDoubt();
  std::erase(queue_, call);
  return NotInTime();
}

void Writer::Loop() {
  while (WaitForCalls()) {
    RunBatch();
    checkpointer_.RunIfDue();
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
  const size_t count = std::min(queue_.size(), std::max<size_t>(limits_.batch_max, 1));
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
    if (end.ok() && connection_->IsIdle()) end = NotCommitted();
    if (end.ok()) continue;
    const Status culprit = end;
    std::fill(own.begin(), own.end(), Status(NotCommitted()));
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
  if (!IsSurelyUndone(code)) return CommitInDoubt();
  return error.code == v1::ErrorReason::INTERNAL ? NotCommitted() : error;
}

void Writer::RollBack() {
  if (connection_->IsIdle()) return;
  // If even this fails the next batch fails to begin, and tries again.
  if (Status undone = Query(*connection_, "rollback").Run(); !undone.ok()) {
    LogError("store rollback failed", {{"message", undone.error().message}});
  }
}

void Writer::AnswerAll(const Batch& batch, std::vector<Status> answers) {
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < batch.size(); ++i) {
    batch[i]->answer = std::move(answers[i]);
    batch[i]->answered.notify_one();
  }
}

}  // namespace edgeplane::storage::sqlite
