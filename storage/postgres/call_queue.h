// Where calls wait for a writer. Bounded; who waits longer than its deadline
// leaves again, unless a writer has it.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>
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
  void Stop();

 private:
  const Limits limits_;
  std::mutex mutex_;  // guards what follows, and the calls' state
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Call>> waiting_;
  bool stopping_ = false;
};

}  // namespace edgeplane::storage::postgres
