// What agents reported: the logic behind ListEvents.
#pragma once

#include "base/result.h"
#include "edgeplane/v1/admin_service.pb.h"
#include "services/admin/page_token.h"
#include "storage/store.h"

namespace edgeplane::admin {

// Thread safe. Calls block as the store does; each checks its request first.
class Events {
 public:
  // Everything given must outlive it.
  Events(storage::EventStore& store, const PageTokens& tokens) : store_(store), tokens_(tokens) {}

  // PAGE_TOKEN_INVALID
  Result<v1::ListEventsResponse> List(const v1::ListEventsRequest& request);

 private:
  storage::EventStore& store_;
  const PageTokens& tokens_;
};

}  // namespace edgeplane::admin
