// How a link's gateway keeps its lease: beside the batches, so that a long one costs
// nobody his agents.
#include <utility>

#include "base/log.h"
#include "services/registry/link.h"
#include "services/registry/link_messages.h"
#include "services/registry/store_failure.h"

namespace edgeplane::registry {

void Link::WantRenewal(int64_t number) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return;
    renewal_wanted_ = number;
    if (renewing_) return;
    renewing_ = true;
  }
  // One per link at most. Where the pool takes no more, the registry is stopping.
  static_cast<void>(parts_.pool.Continue([self = shared_from_this()] { self->RenewLease(); }));
}

void Link::RenewLease() {
  while (true) {
    storage::GatewayLink link;
    int64_t wanted = 0;
    {
      const std::lock_guard lock(mutex_);
      wanted = std::exchange(renewal_wanted_, 0);
      // Not welcomed yet: Welcome says how long the lease is.
      if (wanted == 0 || ended_ || !welcomed_) {
        renewing_ = false;
        return;
      }
      link = {gateway_id_, number_};
    }
    const Duration lease = parts_.settings.gateway_lease;
    const Status renewed = parts_.store.RenewLease(link, lease);
    if (renewed.ok()) {
      {
        const std::lock_guard lock(mutex_);
        lease_time_ = parts_.clock.Now();
      }
      Send(LeaseMessage(wanted, lease));
    } else if (renewed.error().code == v1::ErrorReason::SESSION_FENCED) {
      End(renewed);
    } else {
      // The gateway asks again, as long as there is time.
      static_cast<void>(StoreFailed("RenewLease", renewed.error()));
    }
  }
}

bool Link::IsLapsedSince(Time before) const {
  const std::lock_guard lock(mutex_);
  return welcomed_ && !renewing_ && lease_time_ < before;
}

int64_t Link::number() const {
  const std::lock_guard lock(mutex_);
  return number_;
}

}  // namespace edgeplane::registry
