#include "cli/simulate/admin_pool.h"

namespace edgeplane::simulate {
namespace {

constexpr int64_t kThreadsMax = 8;
constexpr Duration kLookEvery = std::chrono::milliseconds(100);

struct Shared {
  std::atomic<int64_t> next{0};
  std::atomic<int64_t> done{0};
  std::atomic<int64_t> running{0};
  std::atomic<bool> stopped{false};
  std::mutex mutex;
  std::optional<cli::Outcome> failure;
};

}  // namespace

std::optional<cli::Outcome> ForEachByAdmin(
    const cli::Invocation& invocation, Signals& signals, int64_t count,
    const std::function<std::optional<cli::Outcome>(cli::Client&, int64_t)>& task,
    const std::function<void(int64_t done)>& progress) {
  if (count == 0) return std::nullopt;
  Shared shared;
  const int64_t threads = std::min(count, kThreadsMax);
  shared.running = threads;
  std::vector<std::thread> workers;
  for (int64_t i = 0; i < threads; ++i) {
    workers.emplace_back([&] {
      cli::Client client(invocation);
      for (int64_t at = shared.next++; at < count && !shared.stopped; at = shared.next++) {
        if (std::optional<cli::Outcome> failure = task(client, at)) {
          shared.stopped = true;
          const std::lock_guard lock(shared.mutex);
          if (!shared.failure) shared.failure = std::move(failure);
        }
        ++shared.done;
      }
      --shared.running;
    });
  }
  bool interrupted = false;
  while (shared.running > 0) {
    if (signals.WaitFor(kLookEvery)) {
      interrupted = true;
      shared.stopped = true;
    }
    progress(shared.done);
  }
  for (std::thread& worker : workers) worker.join();
  if (shared.failure) return shared.failure;
  if (interrupted) return cli::Outcome{cli::ExitCode::kFailed, {"interrupted"}};
  return std::nullopt;
}

}  // namespace edgeplane::simulate
