#include "services/admin/refusals.h"

#include <utility>

#include "base/uuid.h"
#include "services/admin/convert.h"
#include "services/admin/paging.h"
#include "services/admin/validation.h"

namespace edgeplane::admin {
namespace {

constexpr char kListName[] = "refusals";

}  // namespace

Result<v1::Refusal> Refusals::Get(const v1::GetRefusalRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  const auto refusal = store_.GetRefusal(CanonicalUuid(request.refusal_id()));
  if (!refusal.ok()) return refusal.error();
  return ToProto(*refusal);
}

Result<v1::ListRefusalsResponse> Refusals::List(const v1::ListRefusalsRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  auto cursor = tokens_.Read(kListName, request.filter(), request.page_token());
  if (!cursor.ok()) return cursor.error();

  const storage::RefusalFilter filter = FromProto(request.filter());
  v1::ListRefusalsResponse response;
  auto next = FillPage(
      PageSizeOf(request.page_size()), std::move(*cursor),
      [&](const storage::PageRequest& page) { return store_.ListRefusals(filter, page); },
      [](const storage::Refusal& refusal) { return Result<v1::Refusal>(ToProto(refusal)); },
      *response.mutable_refusals());
  if (!next.ok()) return next.error();
  if (*next) response.set_next_page_token(tokens_.Make(kListName, request.filter(), **next));
  return response;
}

}  // namespace edgeplane::admin
