// The fleet at a glance: the logic behind GetFleetStatus.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "edgeplane/v1/admin_service.pb.h"
#include "storage/store.h"

namespace edgeplane::admin {

// Thread safe. Blocks as the store does.
class Fleet {
 public:
  // Everything given must outlive it. Made when the server starts: that is the
  // start time it tells.
  Fleet(storage::Store& store, const Clock& clock)
      : store_(store), clock_(clock), start_time_(clock.Now()) {}

  // The parts are read one after the other, so they may differ by what happened
  // in between.
  Result<v1::FleetStatus> Get(const v1::GetFleetStatusRequest& request);

 private:
  storage::Store& store_;
  const Clock& clock_;
  const Time start_time_;
};

}  // namespace edgeplane::admin
