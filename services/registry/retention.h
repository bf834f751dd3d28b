// What is old enough goes: events, final commands, refusals, what operators have asked
// for, each by its own setting.
//
// In small transactions, between which other writers get their turn, and only some at
// a time: a backlog (a setting that was made shorter, an hour of many events) is
// worked off over several sweeps.
#pragma once

#include <array>
#include <cstddef>
#include <functional>

#include "base/clock.h"
#include "base/result.h"
#include "services/registry/registry_parts.h"

namespace edgeplane::registry {

// For the sweeper's thread.
class Retention {
 public:
  explicit Retention(const RegistryParts& parts);

  // Looks at each kind; those that have more to give are looked at by Continue.
  // Both block on the store, and return soon once `stopping` says so.
  void Look(const std::function<bool()>& stopping);
  void Continue(const std::function<bool()>& stopping);

 private:
  using Prune = Result<size_t> (storage::Store::*)(Time before, size_t count_max);
  struct Kind {
    const char* operation;
    Prune prune;
    Duration kept;
    bool more = false;
  };

  void PruneSome(Kind& kind, const std::function<bool()>& stopping);

  const RegistryParts& parts_;
  std::array<Kind, 4> kinds_;
};

}  // namespace edgeplane::registry
