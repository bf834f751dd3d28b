// Brings queued commands, and configurations that have changed, to connected
// agents.
//
// A wake says that an agent may have something to get. However many come, an
// agent has one delivery under way at most, and one more after it; and however
// many agents wait, a limited number of the pool's threads delivers, so that
// calls still find a thread.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "edgeplane/v1/reason.pb.h"
#include "services/registry/registry_parts.h"
#include "services/registry/session_directory.h"

namespace edgeplane::registry {

// Thread safe; no call blocks. Outlives the pool's threads.
class Dispatcher {
 public:
  explicit Dispatcher(const RegistryParts& parts);

  // Does nothing for an agent that is not connected here.
  void Wake(const std::string& agent_id);
  // Wherever it is connected.
  void WakeAnywhere(const std::string& agent_id);
  // Again for the agents whose last delivery the store failed, or a closed gate
  // held off.
  void WakeLeftBehind();
  // No delivery under way and none waiting; for tests.
  [[nodiscard]] bool Idle() const;

 private:
  enum class Outcome : uint8_t { kDone, kMore, kLeftBehind };

  void StartRunner();
  void RunOne();
  Outcome Deliver(const std::string& agent_id);
  // Notes in `session` whether its configuration has to be looked at.
  Outcome ConfirmSession(LiveSession& session);
  Outcome OfferConfig(const LiveSession& session);
  Outcome ClaimAndSend(const LiveSession& session);
  void Send(const LiveSession& session, const std::vector<storage::Command>& commands);
  // Of a call of the store for this session that was refused or failed.
  Outcome Failed(const LiveSession& session, const char* operation, const Error& error);
  Outcome Fenced(LiveSession session, const Error& error);
  void Dismiss(const LiveSession& session, v1::Disconnect reason);

  const RegistryParts& parts_;
  const size_t runners_max_;

  mutable std::mutex mutex_;
  std::deque<std::string> waiting_;
  std::unordered_map<std::string, bool> scheduled_;  // waiting or under way -> woken again
  std::unordered_set<std::string> left_behind_;
  size_t runners_ = 0;
};

}  // namespace edgeplane::registry
