// Where a list goes on: the sort key of the last item given, as opaque text.
// Keys, not offsets, so rows that come or go in between neither repeat nor hide
// others.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/agent.h"

namespace edgeplane::storage {

// Agents, by agent_id ascending.
std::string AgentCursor(std::string_view agent_id);
// Nothing asked for gives nothing; PAGE_TOKEN_INVALID for what AgentCursor did
// not make. The same for the others.
Result<std::optional<std::string>> ReadAgentCursor(const PageRequest& page);

// Commands, by sequence descending.
std::string CommandCursor(int64_t sequence);
Result<std::optional<int64_t>> ReadCommandCursor(const PageRequest& page);

// Events, by sequence descending.
std::string EventCursor(int64_t sequence);
Result<std::optional<int64_t>> ReadEventCursor(const PageRequest& page);

// Join tokens, in the order they were made, the last first.
std::string JoinTokenCursor(int64_t number);
Result<std::optional<int64_t>> ReadJoinTokenCursor(const PageRequest& page);

// Refusals, by create_time and then refusal_id, both descending.
struct RefusalPosition {
  Time create_time{};
  std::string refusal_id;
};
std::string RefusalCursor(const RefusalPosition& position);
Result<std::optional<RefusalPosition>> ReadRefusalCursor(const PageRequest& page);

// The audit log, by create_time and then audit_id, both descending.
struct AuditPosition {
  Time create_time{};
  std::string id;
};
std::string AuditCursor(const AuditPosition& position);
Result<std::optional<AuditPosition>> ReadAuditCursor(const PageRequest& page);

// The page's size within its bounds.
size_t PageSize(const PageRequest& page);

// A page of rows that were read up to one beyond its size; `cursor_of` gives the
// cursor after a row.
template <class T, class CursorOf>
Page<T> CutToPage(std::vector<T> rows, const PageRequest& request, const CursorOf& cursor_of) {
  Page<T> page{std::move(rows), {}};
  if (page.items.size() > PageSize(request)) {
    page.items.resize(PageSize(request));
    page.next = cursor_of(page.items.back());
  }
  return page;
}

}  // namespace edgeplane::storage
