// What the registry does by the clock: ends commands whose time has passed, takes
// back those a sync handed out and nobody answered, looks again at sessions whose
// delivery failed, ends sessions whose secret is no longer accepted and links that
// say nothing, forgets old events, and keeps the slow gauges up to date.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "base/result.h"
#include "services/registry/pending_admissions.h"
#include "services/registry/registry_parts.h"
#include "services/registry/retention.h"
#include "services/registry/session_sweep.h"
#include "storage/session.h"

namespace edgeplane::registry {

class Sweeper {
 public:
  explicit Sweeper(const RegistryParts& parts)
      : parts_(parts), sessions_(parts), retention_(parts) {}
  ~Sweeper() { Stop(); }
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;

  // One sweep each sweep-interval, on a thread of its own.
  void Start();
  // Returns after the sweep under way: one call of the store, which has its own
  // deadline. Idempotent.
  void Stop();

  // One sweep now, on this thread.
  void Sweep();
  // Word from other registries may have been missed. Thread safe.
  void LookAtSessionsSoon() { sessions_.LookSoon(); }

 private:
  void Run();
  void ExpireCommands();
  void LookAtLinks();
  void EndAbandoned();
  // Whether the gateway should have spoken of it by now.
  [[nodiscard]] bool IsOverdue(const PendingAdmissions::Grant& grant, Time now) const;
  void ReleaseOverdue();
  void EndLapsedSessions();
  // Of gateways that have said nothing for as long as their lease.
  void ReleaseSilentGateways();
  void LookAtAwaitedSessions();
  void LookAtSessions();
  void PruneOld();
  void RefreshGauges();
  [[nodiscard]] bool stopping() const;

  const RegistryParts& parts_;
  int sweeps_ = 0;
  std::optional<storage::LapsePosition> lapsed_through_;  // nothing: from the beginning
  SessionSweep sessions_;
  Retention retention_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace edgeplane::registry
