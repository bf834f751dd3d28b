#include "storage/cursor.h"

#include <algorithm>
#include <utility>

#include "base/encoding.h"
#include "base/setting_text.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {
namespace {

constexpr size_t kCursorBytesMax = 1024;
constexpr size_t kPageSizeMax = 1000;

// Cursor = base64(LIST ':' KEY); LIST keeps one list's cursors out of another.
constexpr std::string_view kAgents = "agents:";
constexpr std::string_view kAudit = "audit:";
constexpr std::string_view kCommands = "commands:";
constexpr std::string_view kEvents = "events:";
constexpr std::string_view kJoinTokens = "join-tokens:";
constexpr std::string_view kRefusals = "refusals:";

std::string Make(std::string_view list, std::string_view key) {
  return Base64Encode(std::string(list).append(key));
}

// The key, or nothing if the cursor is not one of `list`.
std::optional<std::string> KeyOf(std::string_view list, const std::string& cursor) {
  if (cursor.size() > kCursorBytesMax) return std::nullopt;
  std::optional<std::string> text = Base64Decode(cursor);
  if (!text || !text->starts_with(list)) return std::nullopt;
  return text->substr(list.size());
}

// Of a list that is ordered by a number.
Result<std::optional<int64_t>> ReadNumber(std::string_view list, const PageRequest& page) {
  if (!page.from) return std::optional<int64_t>();
  const std::optional<std::string> key = KeyOf(list, *page.from);
  if (!key) return PageTokenInvalid();
  const std::optional<int64_t> number = ParseWholeNumber(*key);
  if (!number) return PageTokenInvalid();
  return number;
}

// Of a list that is ordered by a time and then an id.
std::string MakeTimed(std::string_view list, Time time, const std::string& id) {
  return Make(list, std::to_string(ToMicros(time)) + ':' + id);
}

Result<std::optional<std::pair<Time, std::string>>> ReadTimed(std::string_view list,
                                                              const PageRequest& page) {
  using Position = std::optional<std::pair<Time, std::string>>;
  if (!page.from) return Position();
  const std::optional<std::string> key = KeyOf(list, *page.from);
  if (!key) return PageTokenInvalid();
  const size_t colon = key->find(':');
  if (colon == std::string::npos) return PageTokenInvalid();
  const std::optional<int64_t> micros = ParseWholeNumber(std::string_view(*key).substr(0, colon));
  if (!micros) return PageTokenInvalid();
  return Position({FromMicros(*micros), key->substr(colon + 1)});
}

}  // namespace

std::string AgentCursor(std::string_view agent_id) { return Make(kAgents, agent_id); }

Result<std::optional<std::string>> ReadAgentCursor(const PageRequest& page) {
  if (!page.from) return std::optional<std::string>();
  std::optional<std::string> key = KeyOf(kAgents, *page.from);
  if (!key || key->empty()) return PageTokenInvalid();
  return key;
}

std::string CommandCursor(int64_t sequence) { return Make(kCommands, std::to_string(sequence)); }

Result<std::optional<int64_t>> ReadCommandCursor(const PageRequest& page) {
  return ReadNumber(kCommands, page);
}

std::string EventCursor(int64_t sequence) { return Make(kEvents, std::to_string(sequence)); }

Result<std::optional<int64_t>> ReadEventCursor(const PageRequest& page) {
  return ReadNumber(kEvents, page);
}

std::string JoinTokenCursor(int64_t number) { return Make(kJoinTokens, std::to_string(number)); }

Result<std::optional<int64_t>> ReadJoinTokenCursor(const PageRequest& page) {
  return ReadNumber(kJoinTokens, page);
}

std::string RefusalCursor(const RefusalPosition& position) {
  return MakeTimed(kRefusals, position.create_time, position.refusal_id);
}

Result<std::optional<RefusalPosition>> ReadRefusalCursor(const PageRequest& page) {
  auto position = ReadTimed(kRefusals, page);
  if (!position.ok()) return position.error();
  if (!*position) return std::optional<RefusalPosition>();
  return std::optional<RefusalPosition>({(*position)->first, std::move((*position)->second)});
}

std::string AuditCursor(const AuditPosition& position) {
  return MakeTimed(kAudit, position.create_time, position.id);
}

Result<std::optional<AuditPosition>> ReadAuditCursor(const PageRequest& page) {
  auto position = ReadTimed(kAudit, page);
  if (!position.ok()) return position.error();
  if (!*position) return std::optional<AuditPosition>();
  return std::optional<AuditPosition>({(*position)->first, std::move((*position)->second)});
}

size_t PageSize(const PageRequest& page) { return std::clamp<size_t>(page.size, 1, kPageSizeMax); }

}  // namespace edgeplane::storage
