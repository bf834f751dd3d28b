#include "storage/lease.h"

#include "storage/store_errors.h"

namespace edgeplane::storage {

Status CheckLink(const GatewayLease& lease, int64_t link) {
  if (lease.link != link) return LinkFenced();
  return {};
}

Status CheckMayHold(const GatewayLease& lease, int64_t link) {
  if (Status last = CheckLink(lease, link); !last.ok()) return last;
  if (link != 0 && lease.left <= Duration::zero()) return LeaseIsOver();
  return {};
}

}  // namespace edgeplane::storage
