// Why connections were refused: the logic behind AdminService's refusal calls.
#pragma once

#include "base/result.h"
#include "edgeplane/v1/admin_service.pb.h"
#include "services/admin/page_token.h"
#include "storage/store.h"

namespace edgeplane::admin {

// Thread safe. Calls block as the store does; each checks its request first.
class Refusals {
 public:
  // Everything given must outlive it.
  Refusals(storage::RefusalStore& store, const PageTokens& tokens)
      : store_(store), tokens_(tokens) {}

  Result<v1::Refusal> Get(const v1::GetRefusalRequest& request);  // REFUSAL_NOT_FOUND
  // PAGE_TOKEN_INVALID
  Result<v1::ListRefusalsResponse> List(const v1::ListRefusalsRequest& request);

 private:
  storage::RefusalStore& store_;
  const PageTokens& tokens_;
};

}  // namespace edgeplane::admin
