// One who writes: a thread with a connection, which takes the calls that have come
// together, carries them out in one transaction, and commits them at once. There
// are a few, over one queue: while one waits for the disk, the next works.
//
// A call that fails for itself has an answer like any other. A statement that
// fails undoes the transaction, and then each of its calls is tried alone, so that
// it fails only whom it has to. What met another transaction begins anew.
//
// Every commit leaves a mark: its number, in the writer's own row. When the
// connection is lost during a commit, the mark says on the next connection whether
// there was one.
#pragma once

#include <optional>
#include <string>
#include <thread>

#include "storage/postgres/back_off.h"
#include "storage/postgres/call_queue.h"
#include "storage/postgres/connector.h"
#include "storage/store_metrics.h"

namespace edgeplane::storage::postgres {

class Writer {
 public:
  // What it is given outlives it; `metrics` may be null.
  Writer(Connector& connector, CallQueue& queue, StoreMetrics* metrics);
  // After the queue has been stopped.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

 private:
  using Deadline = Connection::Deadline;

  void Loop();
  void RunBatch(const Batch& batch);
  // Nothing: the calls have their answers, and the commit is done.
  std::optional<Failure> RunToEnd(const Batch& batch);
  std::optional<Failure> RunOnce(const Batch& batch, Deadline deadline);
  static Status CarryOut(Transaction& tx, const Batch& batch);
  // What a commit came to whose connection was lost; nothing: it was done.
  std::optional<Failure> Settle(Deadline deadline);
  bool IsConnected(Deadline deadline);

  Connector& connector_;
  CallQueue& queue_;
  StoreMetrics* const metrics_;
  const std::string writer_id_;
  int64_t commits_ = 0;  // tried so far
  BackOff conflict_back_off_{std::chrono::milliseconds(1), std::chrono::milliseconds(50)};
  std::unique_ptr<Connection> connection_;
  Error connect_error_;

  std::thread thread_;
};

}  // namespace edgeplane::storage::postgres
