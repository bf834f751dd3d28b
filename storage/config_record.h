// What every backend keeps of an agent's desired configuration, and what happens
// to it. Backends load a record, let these functions decide, and write it down.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "storage/agent.h"
#include "storage/desired_config.h"
#include "storage/session.h"

namespace edgeplane::storage {

struct ConfigRecord {
  DesiredConfig config;
  // The last offer. It stands as long as that session is the agent's open one, so
  // nobody has to take it back when the session ends.
  int64_t offered_version = 0;
  std::string offered_session;
  // Where the last delivery went by a sync: that sync, and what was delivered
  // before it, for when nothing of its answer was written.
  std::string sync_id;
  int64_t prior_version = 0;
  std::optional<Time> prior_time;
};

// A new content, or the same once more. False where nothing changes.
bool ChangeConfig(ConfigRecord& record, const std::string& config_json, bool resend, Time now);

// Whether it is to be handed out: there is one, the agent was not handed it yet,
// and no version is on offer to the session that is open. A newer one waits for
// that to be written, so that a slow agent has one on its way at most, and none
// comes on one channel before an older one on the other.
bool IsConfigDue(const ConfigRecord& record, const std::optional<Session>& open);

void OfferConfigTo(ConfigRecord& record, const std::string& session_id);

// Of the session's offer only the version that the gateway holds unwritten stands;
// any other never got there. False where nothing changes.
bool KeepOffer(ConfigRecord& record, const HeldSession& held);

// The agent was written this version. False where that is nothing new.
bool DeliverConfigVersion(ConfigRecord& record, int64_t version, Time now);

// The sync hands it out.
void DeliverConfigBySync(ConfigRecord& record, const std::string& sync_id, Time now);

// Nothing of the sync's answer was written. False where it had not handed out
// what was delivered last.
bool ReturnConfig(ConfigRecord& record, const std::string& sync_id);

}  // namespace edgeplane::storage
