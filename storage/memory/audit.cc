#include "storage/cursor.h"
#include "storage/memory/memory_store.h"

namespace edgeplane::storage {
namespace {

bool Matches(const AuditFilter& filter, const AuditEntry& entry) {
  return (filter.agent_id.empty() || filter.agent_id == entry.agent_id) &&
         (filter.caller.empty() || filter.caller == entry.caller) &&
         (filter.method.empty() || filter.method == entry.method) &&
         (!filter.since || entry.create_time >= *filter.since);
}

}  // namespace

Status MemoryStore::RecordAudit(const AuditEntry& entry) {
  return Write([&]() -> Status {
    AuditEntry begun = entry;
    begun.end.reset();
    audit_.emplace(std::pair(entry.create_time, entry.audit_id), std::move(begun));
    return {};
  });
}

Status MemoryStore::FinishAudit(const std::vector<AuditOutcome>& outcomes) {
  return Write([&]() -> Status {
    for (auto& [position, entry] : audit_) {
      for (const AuditOutcome& outcome : outcomes) {
        if (outcome.audit_id != entry.audit_id) continue;
        entry.end = outcome.end;
        if (!outcome.agent_id.empty()) entry.agent_id = outcome.agent_id;
        if (!outcome.subject.empty()) entry.subject = outcome.subject;
      }
    }
    return {};
  });
}

Result<Page<AuditEntry>> MemoryStore::ListAudit(const AuditFilter& filter,
                                                const PageRequest& page) {
  return Read([&]() -> Result<Page<AuditEntry>> {
    const Result<std::optional<AuditPosition>> from = ReadAuditCursor(page);
    if (!from.ok()) return from.error();
    std::vector<AuditEntry> rows;
    for (auto it = audit_.rbegin(); it != audit_.rend(); ++it) {
      if (rows.size() > PageSize(page)) break;
      const bool before = !*from || it->first < std::pair((*from)->create_time, (*from)->id);
      if (before && Matches(filter, it->second)) rows.push_back(it->second);
    }
    return CutToPage(std::move(rows), page, [](const AuditEntry& last) {
      return AuditCursor({last.create_time, last.audit_id});
    });
  });
}

}  // namespace edgeplane::storage
