// What operators have asked for: the logic behind AdminService.ListAudit.
#pragma once

#include "base/result.h"
#include "edgeplane/v1/admin_service.pb.h"
#include "services/admin/audit_log.h"
#include "services/admin/page_token.h"
#include "storage/store.h"

namespace edgeplane::admin {

// Thread safe. Calls block as the store does; each checks its request first.
class Audit {
 public:
  // Everything given must outlive it.
  Audit(storage::AuditStore& store, AuditLog& log, const PageTokens& tokens)
      : store_(store), log_(log), tokens_(tokens) {}

  // PAGE_TOKEN_INVALID
  Result<v1::ListAuditResponse> List(const v1::ListAuditRequest& request);

 private:
  storage::AuditStore& store_;
  AuditLog& log_;
  const PageTokens& tokens_;
};

}  // namespace edgeplane::admin
