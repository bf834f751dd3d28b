#include "services/admin/watch_hub.h"

#include <pthread.h>

#include <chrono>
#include <string>
#include <utility>

#include "base/log.h"

namespace edgeplane::admin {
namespace {

// How long Stop waits, twice: for watches to end by themselves, and then for
// aborted ones. The first is bounded by a store call that is under way.
constexpr std::chrono::seconds kStopPatience(5);

}  // namespace

WatchHub::WatchHub(size_t watches_max, Duration recheck, AdminMetrics& metrics)
    : watches_max_(watches_max), recheck_(recheck), metrics_(metrics) {
  pulse_ = std::thread([this] { Pulse(); });
  pthread_setname_np(pulse_.native_handle(), "admin-watches");
}

Status WatchHub::Join(Watch* watch) {
  const std::lock_guard lock(mutex_);
  if (stopping_) {
    return MakeError(v1::ErrorReason::SHUTTING_DOWN, "The server is shutting down.");
  }
  if (watches_.size() >= watches_max_) {
    return MakeError(v1::ErrorReason::SERVER_OVERLOADED,
                     "As many watches are open as max-watches allows (" +
                         std::to_string(watches_max_) +
                         "); end some, or ask with GetCommand or ListEvents.");
  }
  watches_.insert(watch);
  metrics_.SetWatches(watches_.size());
  return {};
}

void WatchHub::Leave(Watch* watch) {
  const std::lock_guard lock(mutex_);
  watches_.erase(watch);
  metrics_.SetWatches(watches_.size());
  // Under the lock: once Stop has seen the set empty, the hub may go.
  changed_.notify_all();
}

void WatchHub::Pulse() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait_for(lock, recheck_, [this] { return stopping_; });
    if (stopping_) return;
    for (Watch* watch : watches_) watch->Poke();
  }
}

bool WatchHub::AwaitEmpty(std::unique_lock<std::mutex>& lock) {
  return changed_.wait_for(lock, kStopPatience, [this] { return watches_.empty(); });
}

void WatchHub::Stop() {
  {
    std::unique_lock lock(mutex_);
    if (!std::exchange(stopping_, true)) {
      changed_.notify_all();
      for (Watch* watch : watches_) watch->End();
      if (!AwaitEmpty(lock)) {
        for (Watch* watch : watches_) watch->Abort();
        if (!AwaitEmpty(lock)) LogError("watches left at stop", {{"count", watches_.size()}});
      }
    }
  }
  if (pulse_.joinable()) pulse_.join();
}

}  // namespace edgeplane::admin
