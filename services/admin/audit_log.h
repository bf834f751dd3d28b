// The audit log as calls write it: an entry before a call is carried out, and how it
// ended soon after it has.
//
// What is done without an entry cannot be, and so a store that takes none takes no
// calls. How calls ended is kept by a thread of its own, many in one commit, so that no
// answer waits for it; should the process end in between, the entry says that it is not
// known, which is true.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/store.h"

namespace edgeplane::admin {

// Thread safe.
class AuditLog {
 public:
  // Everything given must outlive it.
  AuditLog(storage::AuditStore& store, const Clock& clock);
  // Keeps what it can of how calls ended. No call may be under way.
  ~AuditLog();
  AuditLog(const AuditLog&) = delete;
  AuditLog& operator=(const AuditLog&) = delete;

  // Gives the entry its time and its id, which it returns once it is durable. Blocks as
  // the store does.
  Result<std::string> Begin(storage::AuditEntry entry);
  // Does not block.
  void End(storage::AuditOutcome outcome);
  // Until what has ended by now is kept, or could not be; `timeout` at most.
  void Settle(Duration timeout);

 private:
  void Run();
  // With the lock, which it lets go of meanwhile.
  void KeepSome(std::unique_lock<std::mutex>& lock);

  storage::AuditStore& store_;
  const Clock& clock_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<storage::AuditOutcome> ended_;  // not kept yet, in their order
  int64_t ended_count_ = 0;                   // ever
  int64_t kept_count_ = 0;                    // ever, or given up
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace edgeplane::admin
