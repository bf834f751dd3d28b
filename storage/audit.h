// Who asked for what, and what came of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/agent.h"

namespace edgeplane::storage {

// How a call ended.
struct AuditEnd {
  int32_t status_code = 0;   // of gRPC
  std::string error_reason;  // of ErrorReason, by name; empty where it ended well
};

struct AuditEntry {
  std::string audit_id;  // a UUID version 7
  Time create_time{};    // when the call began
  std::string caller;    // the name of the admin token
  std::string peer_address;
  std::string method;    // "SendCommand"
  std::string agent_id;  // that it is about; empty: none
  std::string subject;   // of what else it is about: a command, a join token; or empty
  std::string detail;    // what was asked for, in one line, without anything secret
  // Nothing: it goes on, or how it ended could not be kept.
  std::optional<AuditEnd> end;
};

// How an entry that was there from the beginning of its call goes on.
struct AuditOutcome {
  std::string audit_id;
  AuditEnd end;
  std::string agent_id;  // these two are only known now where they are not empty
  std::string subject;
};

// The method of nearly every entry, and so the one without an index.
inline constexpr char kCommonestMethod[] = "SendCommand";

struct AuditFilter {
  std::string agent_id;       // empty: any
  std::string caller;         // empty: any
  std::string method;         // empty: any
  std::optional<Time> since;  // create_time at or after

  // Whether the index by method serves.
  [[nodiscard]] bool NamesRareMethod() const {
    return !method.empty() && method != kCommonestMethod;
  }
};

// As store.h says of every call.
class AuditStore {
 public:
  virtual ~AuditStore() = default;
  // A call begins; `entry.end` is not read.
  virtual Status RecordAudit(const AuditEntry& entry) = 0;
  // Calls have ended, no two of them the same. One that is gone is no error.
  virtual Status FinishAudit(const std::vector<AuditOutcome>& outcomes) = 0;
  // Newest first.
  virtual Result<Page<AuditEntry>> ListAudit(const AuditFilter& filter,
                                             const PageRequest& page) = 0;
  // Deletes up to `count_max` that began before `before`, oldest first; gives how
  // many.
  virtual Result<size_t> PruneAudit(Time before, size_t count_max) = 0;
};

}  // namespace edgeplane::storage
