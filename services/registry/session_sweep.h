// What the registry does about word from other registries that got lost: it looks at
// the sessions of its gateways as the store has them.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "services/registry/registry_parts.h"

namespace edgeplane::registry {

class Link;

// Of one thread, but for LookSoon.
class SessionSweep {
 public:
  explicit SessionSweep(const RegistryParts& parts) : parts_(parts) {}

  // The next look is due. Thread safe.
  void LookSoon() { due_ = true; }
  // Looks at all sessions here when that is due: wakes agents that have something to
  // get, and has sessions confirmed again that the store does not know, or whose agent
  // is disabled. Ends early when `stopping`.
  void Look(const std::function<bool()>& stopping);

 private:
  // False: it could not be done.
  bool LookAt(const std::shared_ptr<Link>& link, const std::function<bool()>& stopping);

  const RegistryParts& parts_;
  std::atomic<bool> due_ = false;
};

}  // namespace edgeplane::registry
