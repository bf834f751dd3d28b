#include "services/registry/side_by_side.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <utility>

namespace edgeplane::registry {
namespace {

// Besides this thread; fewer where the pool is busy.
constexpr size_t kHelpersMax = 15;

struct Work {
  Work(std::vector<StoreCall> all, std::function<void(std::optional<FailedCall>)> end)
      : calls(std::move(all)), done(std::move(end)) {}

  const std::vector<StoreCall> calls;
  const std::function<void(std::optional<FailedCall>)> done;
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  size_t made = 0;
  std::optional<FailedCall> failure;  // the first
};

// Whoever makes the last one goes on.
void Run(Work& work) {
  while (true) {
    const size_t index = work.next++;
    if (index >= work.calls.size()) return;
    const StoreCall& call = work.calls[index];
    const Status status = call.make();
    std::optional<FailedCall> failure;
    {
      const std::lock_guard lock(work.mutex);
      if (!status.ok() && !work.failure) work.failure = FailedCall{call.operation, status.error()};
      if (++work.made < work.calls.size()) continue;
      failure = work.failure;
    }
    return work.done(std::move(failure));
  }
}

}  // namespace

void RunSideBySide(WorkerPool& pool, std::vector<StoreCall> calls,
                   std::function<void(std::optional<FailedCall>)> done) {
  if (calls.empty()) return done(std::nullopt);
  const auto work = std::make_shared<Work>(std::move(calls), std::move(done));
  const size_t helpers = std::min(work->calls.size() - 1, kHelpersMax);
  for (size_t i = 0; i < helpers; ++i) {
    if (!pool.TrySubmit([work] { Run(*work); })) break;
  }
  Run(*work);
}

}  // namespace edgeplane::registry
