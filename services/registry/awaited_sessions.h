// Agents that have moved to another gateway while an earlier one may still hold them:
// they are let in when that gateway has said that it has closed the earlier session,
// or its lease is over. No thread waits for it.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/lease.h"

namespace edgeplane::registry {

struct RegistryParts;

// Thread safe.
class AwaitedSessions {
 public:
  // How long one waits; gateways wait 5 s for an admission (admit-timeout).
  static constexpr std::chrono::seconds kWaitMax{3};
  static constexpr size_t kWaitsMax = 20'000;

  struct Outcome {
    bool closed = false;
    // Where not: how long the lease runs, for all that is known.
    Duration lease_left{};
  };
  using Done = std::function<void(const Outcome&)>;

  explicit AwaitedSessions(const RegistryParts& parts) : parts_(parts) {}

  // `sessions`: what the store gave with the grant; at least one. `done` runs once,
  // where it may block; not closed when kWaitMax has passed, when too many wait, and
  // when all of this ends.
  void Await(const std::string& agent_id, const std::string& gateway_id,
             const std::vector<storage::AwaitedSession>& sessions, Done done);
  // A gateway has said so.
  void Closed(const std::string& session_id);
  // By the clock: ends what has waited too long, and asks the store about the rest,
  // because word may get lost and leases end.
  void Look();
  // All that wait are done, and all that come.
  void Stop();
  [[nodiscard]] size_t size() const;

 private:
  using Moment = std::chrono::steady_clock::time_point;
  struct Wait {
    std::string agent_id;
    std::string gateway_id;
    std::set<std::string> session_ids;
    std::set<std::string> open;  // of these
    Duration lease_left{};       // of the longest, when last looked at
    Moment deadline;
    Done done;
  };
  using WaitPointer = std::shared_ptr<Wait>;

  // Asks the store; blocks.
  void Check(const WaitPointer& wait);
  // The first call for a wait counts.
  void Finish(const WaitPointer& wait, bool closed);

  const RegistryParts& parts_;
  mutable std::mutex mutex_;
  std::set<WaitPointer> waits_;
  std::map<std::string, std::set<WaitPointer>> by_session_;
  bool stopped_ = false;
};

}  // namespace edgeplane::registry
