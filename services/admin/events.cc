#include "services/admin/events.h"

#include <utility>

#include "services/admin/convert.h"
#include "services/admin/paging.h"
#include "services/admin/validation.h"

namespace edgeplane::admin {
namespace {

constexpr char kListName[] = "events";
// An event may have four times the size of a command.
constexpr size_t kEventsPerRead = kRowsPerRead / 4;

}  // namespace

Result<v1::ListEventsResponse> Events::List(const v1::ListEventsRequest& request) {
  if (Status valid = Validate(request); !valid.ok()) return valid.error();
  auto cursor = tokens_.Read(kListName, request.filter(), request.page_token());
  if (!cursor.ok()) return cursor.error();

  const storage::EventFilter filter = FromProto(request.filter());
  v1::ListEventsResponse response;
  auto next = FillPage(
      PageSizeOf(request.page_size()), std::move(*cursor),
      [&](const storage::PageRequest& page) { return store_.ListEvents(filter, page); },
      [](const storage::Event& event) { return Result<v1::Event>(ToProto(event)); },
      *response.mutable_events(), kEventsPerRead);
  if (!next.ok()) return next.error();
  if (*next) response.set_next_page_token(tokens_.Make(kListName, request.filter(), **next));
  return response;
}

}  // namespace edgeplane::admin
