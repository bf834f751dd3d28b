// Tells watchers inside this process that agents' events have been stored. As
// with CommandSignals, a signal carries no state: the watcher reads the store.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace edgeplane::registry {

// Thread safe.
class EventSignals {
 public:
  using Listener = std::function<void()>;

  // Ends the subscription when it goes; after its destructor returns the
  // listener is not running and will not run again.
  class Subscription;

  // The listener must be quick, must not block, and must not subscribe or
  // unsubscribe.
  [[nodiscard]] std::unique_ptr<Subscription> Subscribe(Listener listener);
  // To every listener.
  void Changed();

 private:
  struct State {
    std::mutex mutex;
    uint64_t last_key = 0;
    std::map<uint64_t, Listener> listeners;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class EventSignals::Subscription {
 public:
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

 private:
  friend class EventSignals;
  Subscription(std::shared_ptr<State> state, uint64_t key) : state_(std::move(state)), key_(key) {}
  std::shared_ptr<State> state_;
  const uint64_t key_;
};

}  // namespace edgeplane::registry
