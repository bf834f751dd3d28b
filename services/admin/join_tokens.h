// Tokens with which programs register as agents by themselves: the logic behind
// AdminService's join token calls.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "edgeplane/v1/admin_service.pb.h"
#include "services/admin/page_token.h"
#include "storage/store.h"

namespace edgeplane::admin {

// Thread safe. Calls block as the store does; each checks its request first.
class JoinTokens {
 public:
  // Everything given must outlive it.
  JoinTokens(storage::JoinStore& store, const Clock& clock, const PageTokens& tokens)
      : store_(store), clock_(clock), tokens_(tokens) {}

  Result<v1::CreateJoinTokenResponse> Create(const v1::CreateJoinTokenRequest& request);
  // PAGE_TOKEN_INVALID
  Result<v1::ListJoinTokensResponse> List(const v1::ListJoinTokensRequest& request);
  Result<v1::JoinToken> Revoke(const v1::RevokeJoinTokenRequest& request);  // JOIN_TOKEN_NOT_FOUND

 private:
  storage::JoinStore& store_;
  const Clock& clock_;
  const PageTokens& tokens_;
};

}  // namespace edgeplane::admin
