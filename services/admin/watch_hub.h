// The streams of watching operators that are open: how many there may be, the pulse that
// makes them look by themselves, and their common end.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <set>
#include <thread>

#include "base/clock.h"
#include "base/result.h"
#include "services/admin/admin_metrics.h"

namespace edgeplane::admin {

// One open stream, as the hub sees it. The calls come from any thread and must
// not block.
class Watch {
 public:
  virtual ~Watch() = default;
  // Something may have happened: look.
  virtual void Poke() = 0;
  // End with SHUTTING_DOWN, as soon as what is being written is written.
  virtual void End() = 0;
  // End now, whether the caller reads or not.
  virtual void Abort() = 0;
};

// Thread safe.
class WatchHub {
 public:
  // `metrics` must outlive it. `recheck` is how often each watch is poked.
  WatchHub(size_t watches_max, Duration recheck, AdminMetrics& metrics);
  ~WatchHub() { Stop(); }
  WatchHub(const WatchHub&) = delete;
  WatchHub& operator=(const WatchHub&) = delete;

  // SERVER_OVERLOADED when there are too many, SHUTTING_DOWN after Stop: then the
  // watch has not joined.
  Status Join(Watch* watch);
  // When it returns, no call on the watch is running or will come.
  void Leave(Watch* watch);

  // Ends every watch, waits for them to leave, aborts those that have not after
  // some time; gives up, with a line in the log, on those that have not left
  // then. Idempotent.
  void Stop();

 private:
  void Pulse();
  // Whether all have left in time.
  bool AwaitEmpty(std::unique_lock<std::mutex>& lock);

  const size_t watches_max_;
  const Duration recheck_;
  AdminMetrics& metrics_;

  std::mutex mutex_;  // held while watches are called, so that Leave waits for it
  std::condition_variable changed_;
  std::set<Watch*> watches_;
  bool stopping_ = false;
  std::thread pulse_;
};

}  // namespace edgeplane::admin
