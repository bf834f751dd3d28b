// The other registries of the same store: what one of them is asked for and another
// can do. Nothing here blocks, and nothing is promised: each registry looks at the
// sessions of its gateways now and then all the same (session_sweep.h).
#pragma once

#include <string>
#include <string_view>

#include "edgeplane/v1/reason.pb.h"
#include "storage/command.h"
#include "storage/signal_bus.h"

namespace edgeplane::registry {

struct RegistryParts;

// Thread safe. Each call is for whichever registry has the agent's gateway.
class Peers {
 public:
  // `bus` may be null: there are no others.
  explicit Peers(storage::SignalBus* bus) : bus_(bus) {}

  [[nodiscard]] bool any() const { return bus_ != nullptr; }
  // The agent may have something to get.
  void Wake(const std::string& agent_id);
  void ConfigChanged(const std::string& agent_id);
  // False where there are no others.
  bool EndSession(const storage::Fence& fence, const std::string& gateway_id,
                  v1::Disconnect reason);
  // Its gateway has said that it is closed.
  void SessionClosed(const std::string& session_id);

 private:
  void Say(std::string signal);

  storage::SignalBus* const bus_;
};

// Does what another registry has said. What cannot be read is passed over.
void Obey(const RegistryParts& parts, std::string_view signal);

}  // namespace edgeplane::registry
