// Where calls wait for a writer. Bounded; who waits longer than its deadline
// leaves again, unless a writer has it.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "storage/postgres/call.h"

namespace edgeplane::storage::postgres {

using Batch = std::vector<std::shared_ptr<Call>>;

// Thread safe.
class CallQueue {
 public:
  struct Limits {
    size_t queue_max = 1;
    size_t batch_max = 1;   // calls in one commit
    size_t weight_max = 1;  // rows in one commit, about; a call goes whatever its weight
  };

  explicit CallQueue(const Limits& limits)
      : limits_{limits.queue_max, std::max<size_t>(limits.batch_max, 1), limits.weight_max} {}

  // Blocks until the call is done; nothing: it has its answer. SERVER_OVERLOADED
  // when the queue is full, STORE_UNAVAILABLE when its turn did not come in time,
  // STORE_IN_DOUBT when it was not done in time.
  std::optional<Error> Submit(const std::shared_ptr<Call>& call);

  // For writers. False when it is time to end.
  bool AwaitCalls();
  // What goes into the next commit; may be empty.
  Batch Take();
  void Answer(const std::shared_ptr<Call>& call, std::optional<Error> failure);
  // The server fails, whatever it is asked. Smaller writes than the one that met it
  // may get through all the same, as on a disk that is nearly full.
  void NoteTrouble(const Error& error);
  void Stop();

  // What was noted last, if that was after `since`.
  std::optional<Error> TroubleSince(std::chrono::steady_clock::time_point since) const;

 private:
  const Limits limits_;
  mutable std::mutex mutex_;  // guards what follows, and the calls' state
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Call>> waiting_;
  bool stopping_ = false;
  std::optional<Error> trouble_;
  std::chrono::steady_clock::time_point trouble_time_;
};

}  // namespace edgeplane::storage::postgres
