#include "services/registry/sweeper.h"

#include <pthread.h>

#include <chrono>

#include "base/log.h"
#include "services/registry/dispatcher.h"
#include "services/registry/link_table.h"
#include "services/registry/pending_admissions.h"
#include "services/registry/session_directory.h"

namespace edgeplane::registry {
namespace {

// One sweep gives way to other writers after this many transactions; a backlog
// is worked off over several sweeps.
constexpr int kBatchesPerSweep = 16;
// Counting looks at every command: not at each sweep.
constexpr int kSweepsPerCount = 10;
// Longer than any upgrade takes.
constexpr std::chrono::minutes kPendingMax{2};

void StoreFailed(const char* operation, const Error& error) {
  LogWarning("store failed", {{"operation", operation}, {"error", error.message}});
}

}  // namespace

void Sweeper::Start() {
  thread_ = std::thread([this] { Run(); });
  pthread_setname_np(thread_.native_handle(), "sweeper");
}

void Sweeper::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Sweeper::Run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, parts_.settings.sweep_interval, [this] { return stopping_; })) {
    lock.unlock();
    Sweep();
    lock.lock();
  }
}

void Sweeper::Sweep() {
  ExpireCommands();
  parts_.dispatcher.WakeLeftBehind();
  const Time now = parts_.clock.Now();
  parts_.links.EndSilent(now - parts_.settings.link_hello_timeout);
  parts_.pending.Forget(now - kPendingMax);
  RefreshGauges();
}

void Sweeper::ExpireCommands() {
  const auto batch = static_cast<size_t>(parts_.settings.sweep_batch);
  for (int i = 0; i < kBatchesPerSweep && !stopping(); ++i) {
    const Result<std::vector<storage::Command>> expired =
        parts_.store.ExpireCommands(parts_.clock.Now(), batch);
    if (!expired.ok()) return StoreFailed("ExpireCommands", expired.error());
    for (const storage::Command& command : *expired) {
      parts_.metrics.CommandMoved(command.state);
      parts_.signals.Changed(command.command_id);
    }
    if (expired->size() < batch) return;
  }
}

void Sweeper::RefreshGauges() {
  parts_.metrics.SetSessions(static_cast<int64_t>(parts_.directory.size()));
  parts_.metrics.SetLinks(static_cast<int64_t>(parts_.links.Seated().size()));
  if (sweeps_++ % kSweepsPerCount != 0) return;
  const Result<std::vector<storage::StateCount>> counts = parts_.store.CountCommands();
  if (!counts.ok()) return StoreFailed("CountCommands", counts.error());
  int64_t queued = 0;
  for (const storage::StateCount& row : *counts) {
    if (row.state == storage::CommandState::kQueued) queued = row.count;
  }
  parts_.metrics.SetQueueDepth(queued);
}

bool Sweeper::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

}  // namespace edgeplane::registry
