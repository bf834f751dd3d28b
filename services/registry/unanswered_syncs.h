// Syncs of which a gateway has said that their answer never left it.
//
// That word may come here before the sync itself has come to the store: it waited
// for a thread longer than the gateway waited for it. Whoever carries out a sync
// looks here afterwards, and whoever takes one back notes it here before; so
// whichever comes second takes back what was handed out.
#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

#include "base/clock.h"

namespace edgeplane::registry {

// Thread safe.
class UnansweredSyncs {
 public:
  // Of more than this the oldest are forgotten: as many as can wait for the pool,
  // and then some.
  static constexpr size_t kCountMax = 65536;

  void Note(const std::string& sync_id, Time now);
  [[nodiscard]] bool Contains(const std::string& sync_id) const;
  // Those noted before this: longer ago than any sync may take.
  void Forget(Time before);

 private:
  void ForgetFirst();

  mutable std::mutex mutex_;
  std::deque<std::pair<Time, std::string>> order_;
  std::unordered_set<std::string> ids_;
};

}  // namespace edgeplane::registry
