// Calls of the store that have no order among each other, made side by side: since
// concurrent writes share a commit, many of them take hardly longer than one.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/worker_pool.h"

namespace edgeplane::registry {

struct StoreCall {
  const char* operation;  // for the log
  std::function<Status()> make;
};

struct FailedCall {
  const char* operation;
  Error error;
};

// On this thread, and on some of the pool's where they are free. `done` runs once,
// with the first failure, on the thread that made the last of them (this one where
// there is none); nobody waits. Must be called on a thread of the pool.
void RunSideBySide(WorkerPool& pool, std::vector<StoreCall> calls,
                   std::function<void(std::optional<FailedCall>)> done);

}  // namespace edgeplane::registry
