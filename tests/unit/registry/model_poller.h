// The polling side of a model gateway's agents: syncs whose answers arrive, or do
// not, or are carried out after nobody waits for them; and acknowledgements that
// are repeated until they are answered.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>

#include "tests/unit/registry/polling_requests.h"

namespace edgeplane::registry {

class ModelPoller {
 public:
  // `report` says that a sync was not answered; `execute` is told of each command
  // an agent gets.
  ModelPoller(RegistryHarness& h, std::mt19937_64& random,
              std::function<void(const std::string& agent, const std::string& sync_id)> report,
              std::function<void(const std::string& command_id)> execute)
      : h_(h), random_(random), report_(std::move(report)), execute_(std::move(execute)) {}

  void Sync(const std::string& agent, bool calm) {
    const v1::SyncRequest request = SyncOf(agent, h_.clock.Now(), last_commands_[agent]);
    const uint64_t dice = calm ? 99 : random_() % 100;
    // The gateway waits no longer before the registry comes to it.
    if (dice < 10) report_(agent, request.sync_id());
    v1::SyncResponse response;
    const bool answered = h_.syncer.Sync(request, response, NeverAbandoned).ok();
    if (dice < 10) return;
    if (!answered) return report_(agent, request.sync_id());
    // Or what it answered is not written.
    if (dice < 20) return report_(agent, request.sync_id());
    // Or was written, some of it, and nobody knows.
    const bool lost = dice < 25;
    for (const v1::Deliver& command : response.result().commands()) {
      if (lost && random_() % 2 == 0) continue;
      execute_(command.command_id());
      if (!lost) Hold(agent, command.command_id());
    }
    if (!lost && response.result().commands_size() > 0) {
      last_commands_[agent] = response.result().commands().rbegin()->command_id();
    }
  }

  // The agent has this one, from whichever channel, and will answer it here.
  void Hold(const std::string& agent, const std::string& command_id) {
    held_[agent].push_back({command_id, ++acknowledgements_});
  }

  void Answer(const std::string& agent) {
    std::deque<Held>& held = held_[agent];
    if (held.empty()) return;
    v1::AcknowledgeRequest request = AcknowledgeOf(agent, h_.clock.Now(), held.front().command_id);
    request.set_ordinal(held.front().number);
    request.set_status("http " + std::to_string(held.front().number));
    // By the command's owner, as the older programs do.
    if (random_() % 2 == 0) request.mutable_caller()->clear_agent_id();
    v1::AcknowledgeResponse response;
    if (!h_.acknowledger.Acknowledge(request, response).ok()) return;
    // The answer may get lost: then it is said once more.
    if (random_() % 10 != 0) held.pop_front();
  }

 private:
  struct Held {
    std::string command_id;
    int64_t number = 0;
  };

  RegistryHarness& h_;
  std::mt19937_64& random_;
  const std::function<void(const std::string&, const std::string&)> report_;
  const std::function<void(const std::string&)> execute_;
  std::map<std::string, std::deque<Held>> held_;      // by agent
  std::map<std::string, std::string> last_commands_;  // by agent
  int64_t acknowledgements_ = 0;
};

}  // namespace edgeplane::registry
