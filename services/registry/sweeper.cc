#include "services/registry/sweeper.h"

#include <pthread.h>

#include <chrono>

#include "base/log.h"
#include "services/registry/command_moves.h"
#include "services/registry/dispatcher.h"
#include "services/registry/link.h"
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
// Longer than any upgrade takes: request-head-timeout is 5 minutes at most.
constexpr std::chrono::minutes kPendingMax{6};
// Sessions that one sweep ends, each with a commit of its own.
constexpr int kAbandonedPerSweep = 64;

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
  EndAbandoned();
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

// The answer to Admit came too late, or never, to the gateway that had asked. The
// agent would be connected in every list until its next connection.
void Sweeper::EndAbandoned() {
  const Time now = parts_.clock.Now();
  int ended = 0;
  for (const PendingAdmissions::Grant& grant : parts_.pending.GrantedBefore(now - kPendingMax)) {
    if (ended == kAbandonedPerSweep || stopping()) return;
    // A gateway that is away may hold the session, and says so when it is back.
    const std::shared_ptr<Link> link = parts_.links.Find(grant.gateway_id);
    if (link == nullptr || !link->welcomed()) continue;
    Status status = EndSessionOf(grant, now);
    if (!status.ok()) return StoreFailed("EndSession", status.error());
    parts_.pending.Settled(grant.fence);
    ++ended;
  }
}

Status Sweeper::EndSessionOf(const PendingAdmissions::Grant& grant, Time now) {
  storage::SessionEnd end{grant.fence, now, std::vector<std::string>()};
  if (end.fence.epoch == 0) {
    const Result<storage::Agent> agent = parts_.store.GetAgent(end.fence.agent_id);
    if (!agent.ok() && agent.error().code != v1::ErrorReason::AGENT_NOT_FOUND) {
      return agent.error();
    }
    if (!agent.ok() || !agent->session) return {};
    end.fence.epoch = agent->session->epoch;  // of another session: then nothing ends
  }
  const auto ended = parts_.store.EndSession(end);
  if (!ended.ok()) return ended.error();
  if (*ended) {
    NoteMoves(parts_, **ended);
    LogInfo("session abandoned", {{"agent", end.fence.agent_id},
                                  {"gateway", grant.gateway_id},
                                  {"session", end.fence.session_id}});
  }
  return {};
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
