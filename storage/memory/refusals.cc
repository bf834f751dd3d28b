#include <algorithm>
#include <tuple>

#include "storage/cursor.h"
#include "storage/memory/memory_store.h"
#include "storage/store_errors.h"

namespace edgeplane::storage {
namespace {

bool Matches(const RefusalFilter& filter, const Refusal& refusal) {
  if (!filter.agent_id.empty() && filter.agent_id != refusal.agent_id) return false;
  if (filter.since && refusal.last_time < *filter.since) return false;
  return filter.reasons.empty() || std::find(filter.reasons.begin(), filter.reasons.end(),
                                             refusal.reason) != filter.reasons.end();
}

}  // namespace

Status MemoryStore::RecordRefusals(const std::vector<Refusal>& refusals) {
  return Write([&]() -> Status {
    for (const Refusal& refusal : refusals) {
      const auto [row, is_new] = refusals_.emplace(refusal.refusal_id, refusal);
      if (!is_new) MergeRefusal(row->second, refusal);
    }
    return {};
  });
}

Result<Refusal> MemoryStore::GetRefusal(const std::string& refusal_id) {
  return Read([&]() -> Result<Refusal> {
    const auto row = refusals_.find(refusal_id);
    if (row == refusals_.end()) return RefusalNotFound(refusal_id);
    return row->second;
  });
}

Result<Page<Refusal>> MemoryStore::ListRefusals(const RefusalFilter& filter,
                                                const PageRequest& page) {
  return Read([&]() -> Result<Page<Refusal>> {
    const Result<std::optional<RefusalPosition>> from = ReadRefusalCursor(page);
    if (!from.ok()) return from.error();
    std::vector<Refusal> matching;
    for (const auto& [refusal_id, refusal] : refusals_) {
      if (!Matches(filter, refusal)) continue;
      if (*from && std::tie(refusal.create_time, refusal_id) >=
                       std::tie((*from)->create_time, (*from)->refusal_id)) {
        continue;
      }
      matching.push_back(refusal);
    }
    std::sort(matching.begin(), matching.end(), [](const Refusal& a, const Refusal& b) {
      return std::tie(a.create_time, a.refusal_id) > std::tie(b.create_time, b.refusal_id);
    });
    Page<Refusal> result;
    const bool more = matching.size() > PageSize(page);
    if (more) matching.resize(PageSize(page));
    result.items = std::move(matching);
    if (more) {
      result.next =
          RefusalCursor({result.items.back().create_time, result.items.back().refusal_id});
    }
    return result;
  });
}

Result<std::vector<ReasonCount>> MemoryStore::CountRefusals(Time since) {
  return Read([&]() -> Result<std::vector<ReasonCount>> {
    std::map<int32_t, int64_t> counts;
    for (const auto& [refusal_id, refusal] : refusals_) {
      if (refusal.last_time >= since) counts[refusal.reason] += refusal.count;
    }
    std::vector<ReasonCount> result;
    for (const auto& [reason, count] : counts) result.push_back({reason, count});
    std::stable_sort(result.begin(), result.end(),
                     [](const ReasonCount& a, const ReasonCount& b) { return a.count > b.count; });
    return result;
  });
}

}  // namespace edgeplane::storage
