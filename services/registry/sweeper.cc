#include "services/registry/sweeper.h"

#include <pthread.h>

#include <chrono>
#include <memory>
#include <optional>

#include "base/log.h"
#include "services/registry/awaited_sessions.h"
#include "services/registry/command_moves.h"
#include "services/registry/dispatcher.h"
#include "services/registry/link.h"
#include "services/registry/link_table.h"
#include "services/registry/peers.h"
#include "services/registry/pending_admissions.h"
#include "services/registry/session_directory.h"
#include "services/registry/session_end.h"
#include "services/registry/store_failure.h"
#include "services/registry/unanswered_syncs.h"

namespace edgeplane::registry {
namespace {

// One sweep gives way to other writers after this many transactions; a backlog
// is worked off over several sweeps.
constexpr int kBatchesPerSweep = 16;
// Counting looks at every command, and things grow old slowly: not at each sweep.
constexpr int kSweepsPerSlow = 10;
// What other registries say gets here at once; this is for when it did not.
constexpr int kSweepsPerLook = 5;
constexpr int kReleasedPerSweep = 4;
// For a renewal that is on its way to the store.
constexpr std::chrono::seconds kLeaseMargin{5};
// Longer than any upgrade takes: request-head-timeout is 5 minutes at most.
constexpr std::chrono::minutes kPendingMax{6};
// Of an admission that is in doubt the gateway was told that there is none, so it
// will never speak of it: longer than the store may take to do what it did not say
// in time.
constexpr std::chrono::seconds kDoubtfulMax{30};
// Longer than a sync can wait for its turn.
constexpr std::chrono::minutes kUnansweredMax{5};
// Sessions that one sweep ends, each with a commit of its own.
constexpr int kAbandonedPerSweep = 64;

void Failed(const char* operation, const Error& error) {
  static_cast<void>(StoreFailed(operation, error));
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
  constexpr void (Sweeper::*kSteps[])() = {
      &Sweeper::ExpireCommands,        &Sweeper::ReleaseOverdue, &Sweeper::EndLapsedSessions,
      &Sweeper::LookAtLinks,           &Sweeper::EndAbandoned,   &Sweeper::ReleaseSilentGateways,
      &Sweeper::LookAtAwaitedSessions, &Sweeper::LookAtSessions, &Sweeper::PruneOld,
      &Sweeper::RefreshGauges,
  };
  for (const auto step : kSteps) {
    // Each may take as long as the store's deadline lets it.
    if (stopping()) return;
    (this->*step)();
  }
}

void Sweeper::LookAtLinks() {
  parts_.dispatcher.WakeLeftBehind();
  const Time now = parts_.clock.Now();
  parts_.links.EndSilent(now - parts_.settings.link_hello_timeout);
  parts_.unanswered.Forget(now - kUnansweredMax);
}

void Sweeper::LookAtAwaitedSessions() { parts_.awaited.Look(); }

void Sweeper::ExpireCommands() {
  const auto batch = static_cast<size_t>(parts_.settings.sweep_batch);
  for (int i = 0; i < kBatchesPerSweep && !stopping(); ++i) {
    const Result<std::vector<storage::Command>> expired =
        parts_.store.ExpireCommands(parts_.clock.Now(), batch);
    if (!expired.ok()) return Failed("ExpireCommands", expired.error());
    NoteMoved(parts_, *expired);
    if (expired->size() < batch) return;
  }
}

// The answer to Admit came too late, or never, to the gateway that had asked. The
// agent would be connected in every list until its next connection, which would
// count as a takeover.
void Sweeper::EndAbandoned() {
  const Time now = parts_.clock.Now();
  int ended = 0;
  for (const PendingAdmissions::Grant& grant : parts_.pending.GrantedBefore(now - kDoubtfulMax)) {
    if (ended == kAbandonedPerSweep || stopping()) return;
    if (grant.fence.epoch != 0 && !IsOverdue(grant, now)) continue;
    if (!EndUntakenSession(parts_, grant.fence).ok()) return;
    parts_.pending.Settled(grant.fence);
    ++ended;
  }
}

bool Sweeper::IsOverdue(const PendingAdmissions::Grant& grant, Time now) const {
  if (grant.time >= now - kPendingMax) return false;
  // A gateway that is away may hold the session, and says so when it is back.
  const std::shared_ptr<Link> link = parts_.links.Find(grant.gateway_id);
  if (link == nullptr || !link->welcomed()) return false;
  // It may have come back, and spoken, since the list was made.
  const std::optional<PendingAdmissions::Grant> still = parts_.pending.Find(grant.fence.agent_id);
  return still && still->fence.session_id == grant.fence.session_id;
}

void Sweeper::ReleaseOverdue() {
  const auto batch = static_cast<size_t>(parts_.settings.sweep_batch);
  for (int i = 0; i < kBatchesPerSweep && !stopping(); ++i) {
    const Time now = parts_.clock.Now();
    const Result<std::vector<storage::Command>> released =
        parts_.store.ReleaseOverdue(now - parts_.settings.sync_redelivery_after, now, batch);
    if (!released.ok()) return Failed("ReleaseOverdue", released.error());
    NoteMoved(parts_, *released);
    if (released->size() < batch) return;
  }
}

void Sweeper::EndLapsedSessions() {
  const auto batch = static_cast<size_t>(parts_.settings.sweep_batch);
  const Result<std::vector<storage::LapsedSession>> lapsed =
      parts_.store.ListLapsedSessions(parts_.clock.Now(), lapsed_through_, batch);
  if (!lapsed.ok()) return Failed("ListLapsedSessions", lapsed.error());
  for (const storage::LapsedSession& one : *lapsed) {
    // Each registry sees to those of its own gateways.
    DirectEndHere(parts_, storage::FenceOf(one.session), one.session.gateway_id,
                  v1::CREDENTIALS_REVOKED);
  }
  // Those of gateways without a link stay, and the next sweep goes on behind them.
  lapsed_through_.reset();
  if (lapsed->size() < batch) return;
  const storage::LapsedSession& last = lapsed->back();
  lapsed_through_ = storage::LapsePosition{last.lapse_time, last.session.agent_id};
}

void Sweeper::ReleaseSilentGateways() {
  // The gateway in this process is there whatever its lease says.
  if (parts_.settings.alone) return;
  const Time now = parts_.clock.Now();
  parts_.links.EndLapsed(now - parts_.settings.gateway_lease - kLeaseMargin);
  for (int i = 0; i < kReleasedPerSweep && !stopping(); ++i) {
    const auto released = parts_.store.ReleaseSilentGateway(now);
    if (!released.ok()) return Failed("ReleaseSilentGateway", released.error());
    if (!*released) return;
    NoteMoves(parts_, (*released)->reconciled.moved);
    LogWarning("gateway silent", {{"gateway", (*released)->gateway_id},
                                  {"sessions_ended", (*released)->reconciled.ended.size()}});
  }
}

void Sweeper::LookAtSessions() {
  if (!parts_.peers.any()) return;
  if (sweeps_ % kSweepsPerLook == 0) sessions_.LookSoon();
  sessions_.Look([this] { return stopping(); });
}

void Sweeper::PruneOld() {
  const auto stops = [this] { return stopping(); };
  if (sweeps_ % kSweepsPerSlow == 0) return retention_.Look(stops);
  retention_.Continue(stops);
}

void Sweeper::RefreshGauges() {
  parts_.metrics.SetSessions(static_cast<int64_t>(parts_.directory.size()));
  parts_.metrics.SetLinks(static_cast<int64_t>(parts_.links.Seated().size()));
  if (sweeps_++ % kSweepsPerSlow != 0) return;
  const Result<std::vector<storage::StateCount>> counts = parts_.store.CountCommands();
  if (!counts.ok()) return Failed("CountCommands", counts.error());
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
