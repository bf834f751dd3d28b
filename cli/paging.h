// All pages of a list, up to as many items as were asked for.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "cli/client.h"

namespace edgeplane::cli {

inline constexpr int64_t kPageSizeMax = 1000;
inline constexpr int64_t kListLimitMax = 1'000'000;

// Calls `method` page by page and moves the items of each (`items`: response ->
// its repeated field) into `all`, whose next_page_token says where the rest
// begins, if anything was left. Nothing when it succeeded.
template <class Request, class Response, class Items>
[[nodiscard]] std::optional<Outcome> CollectPages(
    Client& client,
    grpc::Status (Client::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
    Request request, int64_t limit, Items items, Response& all) {
  for (;;) {
    const int64_t wanted = limit - items(all)->size();
    request.set_page_size(static_cast<int32_t>(std::min(wanted, kPageSizeMax)));
    Response page;
    if (std::optional<Outcome> failure = client.Call(method, request, page)) return failure;
    const bool stuck = items(page)->empty() && page.next_page_token() == request.page_token();
    for (auto& item : *items(page)) items(all)->Add(std::move(item));
    all.set_next_page_token(page.next_page_token());
    if (page.next_page_token().empty() || items(all)->size() >= limit) return std::nullopt;
    if (stuck) {
      return Outcome{ExitCode::kFailed, {"the server gives the same empty page for ever."}};
    }
    request.set_page_token(page.next_page_token());
  }
}

// Tells a person that the list goes on.
template <class Response>
void MentionTheRest(const Surroundings& around, const Response& all, int64_t limit) {
  if (all.next_page_token().empty()) return;
  around.err << "There are more than " << limit << "; give --limit N to see them.\n";
}

}  // namespace edgeplane::cli
