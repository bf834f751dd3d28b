// The links to the gateways, as a list of what was asked of them.
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "services/registry/agent_control.h"

namespace edgeplane::admin {

class RecordingControl final : public registry::AgentControl {
 public:
  using Ended = std::pair<std::string, v1::Disconnect>;

  void CommandQueued(const std::string& agent_id) override {
    const std::lock_guard lock(mutex_);
    queued_.push_back(agent_id);
  }
  void ConfigChanged(const std::string& agent_id) override {
    const std::lock_guard lock(mutex_);
    reconfigured_.push_back(agent_id);
  }
  void EndSession(const std::string& agent_id, v1::Disconnect reason) override {
    const std::lock_guard lock(mutex_);
    ended_.emplace_back(agent_id, reason);
  }
  bool EndThisSession(const storage::Session& session, v1::Disconnect reason) override {
    const std::lock_guard lock(mutex_);
    ended_.emplace_back(session.agent_id, reason);
    return linked;
  }

  // What was asked since the last time.
  std::vector<std::string> TakeQueued() {
    const std::lock_guard lock(mutex_);
    return std::exchange(queued_, {});
  }
  std::vector<std::string> TakeReconfigured() {
    const std::lock_guard lock(mutex_);
    return std::exchange(reconfigured_, {});
  }
  std::vector<Ended> TakeEnded() {
    const std::lock_guard lock(mutex_);
    return std::exchange(ended_, {});
  }

  bool linked = true;

 private:
  std::mutex mutex_;
  std::vector<std::string> queued_;
  std::vector<std::string> reconfigured_;
  std::vector<Ended> ended_;
};

}  // namespace edgeplane::admin
