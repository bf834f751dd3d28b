#include "services/admin/audit.h"

#include <chrono>
#include <utility>

#include "services/admin/convert.h"
#include "services/admin/paging.h"
#include "services/admin/validation.h"

namespace edgeplane::admin {
namespace {

constexpr char kListName[] = "audit";
// For how the calls ended that were answered before this one was made.
constexpr std::chrono::seconds kSettleMax{1};

}  // namespace

Result<v1::ListAuditResponse> Audit::List(const v1::ListAuditRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  auto cursor = tokens_.Read(kListName, request.filter(), request.page_token());
  if (!cursor.ok()) return cursor.error();

  log_.Settle(kSettleMax);
  const storage::AuditFilter filter = FromProto(request.filter());
  v1::ListAuditResponse response;
  auto next = FillPage(
      PageSizeOf(request.page_size()), std::move(*cursor),
      [&](const storage::PageRequest& page) { return store_.ListAudit(filter, page); },
      [](const storage::AuditEntry& entry) { return Result<v1::AuditEntry>(ToProto(entry)); },
      *response.mutable_entries());
  if (!next.ok()) return next.error();
  if (*next) response.set_next_page_token(tokens_.Make(kListName, request.filter(), **next));
  return response;
}

}  // namespace edgeplane::admin
