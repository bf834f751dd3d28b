// Answers Sync: one exchange of a polling agent.
#pragma once

#include <string>

#include "base/result.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "services/registry/authenticator.h"
#include "services/registry/registry_parts.h"

namespace edgeplane::registry {

// Thread safe. Blocks on the store: for the pool.
class Syncer {
 public:
  // Both must outlive this.
  Syncer(const RegistryParts& parts, const Authenticator& authenticator)
      : parts_(parts), authenticator_(authenticator) {}

  // As Admitter::Admit. Where nobody waits for the answer any more, nothing is
  // handed out.
  Status Sync(const v1::SyncRequest& request, v1::SyncResponse& response,
              const Abandoned& abandoned);

 private:
  Status Exchange(storage::SyncRequest sync, v1::SyncResponse& response,
                  const Abandoned& abandoned);
  void Note(const storage::SyncOutcome& outcome) const;

  const RegistryParts& parts_;
  const Authenticator& authenticator_;
};

// Nothing of this sync's answer was written, says its gateway: what it handed out
// goes back, also if it is only now about to be. Doing it twice changes nothing. A
// failure is the store's, and not in the log yet.
Status TakeBackSync(const RegistryParts& parts, const std::string& agent_id,
                    const std::string& sync_id);

}  // namespace edgeplane::registry
