// The one who writes: a thread with the only writing connection.
//
// Calls wait in a bounded queue; the writer takes what has come together, runs
// each in a savepoint of its own, and commits all of them at once. Everybody
// gets the answer after the commit, those with an error of their own too: what
// they saw may have been another's uncommitted work.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/sqlite/checkpointer.h"
#include "storage/sqlite/connection.h"
#include "storage/store_metrics.h"

namespace edgeplane::storage::sqlite {

class Writer {
 public:
  using Work = std::function<Status(Connection&)>;

  struct Limits {
    Duration timeout{};  // of one call, its wait included
    size_t queue_max = 1;
    size_t batch_max = 1;
    int checkpoint_pages = 1;
  };

  // `metrics` may be null.
  Writer(std::unique_ptr<Connection> connection, const Limits& limits, StoreMetrics* metrics);
  // No call may be under way.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Thread safe; blocks. `work` may go on after the caller has got
  // STORE_IN_DOUBT, so it must own all it uses. An error of `work` undoes only
  // what `work` did. SERVER_OVERLOADED when the queue is full.
  Status Run(StoreOperation operation, Work work);

  // The same for work that gives something.
  template <class T>
  Result<T> Run(StoreOperation operation, std::function<Result<T>(Connection&)> work) {
    auto made = std::make_shared<std::optional<T>>();
    const Status done = Run(operation, [made, work = std::move(work)](Connection& db) -> Status {
      Result<T> result = work(db);
      if (!result.ok()) return result.error();
      made->emplace(std::move(*result));
      return {};
    });
    if (!done.ok()) return done.error();
    return std::move(**made);
  }

 private:
  struct Call {
    StoreOperation operation;
    Work work;
    bool started = false;
    std::optional<Status> answer;
    std::condition_variable answered;
  };
  using Batch = std::vector<std::shared_ptr<Call>>;

  Status Submit(const std::shared_ptr<Call>& call);
  void Loop();
  bool WaitForCalls();
  Batch Take();
  void RunBatch();
  // The error that ended the batch, if one did; `own` gets each call's answer.
  Status RunCalls(const Batch& batch, std::vector<Status>& own);
  Status RunInSavepoint(Call& call, Status& own);
  Status Commit(size_t operations);
  void RollBack();
  void AnswerAll(const Batch& batch, std::vector<Status> answers);

  const std::unique_ptr<Connection> connection_;
  const Limits limits_;
  StoreMetrics* const metrics_;
  Checkpointer checkpointer_;

  std::mutex mutex_;  // guards what follows, and the calls' started and answer
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Call>> queue_;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace edgeplane::storage::sqlite
