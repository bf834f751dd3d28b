// Tells watchers inside this process that a command has changed. A signal
// carries no state: the watcher reads the store, so a signal that is lost or
// comes twice does no harm (watchers also look by themselves now and then).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace edgeplane::registry {

// Thread safe.
class CommandSignals {
 public:
  using Listener = std::function<void()>;

  // Ends the subscription when it goes; after its destructor returns the
  // listener is not running and will not run again.
  class Subscription;

  // The listener must be quick, must not block, and must not subscribe or
  // unsubscribe.
  [[nodiscard]] std::unique_ptr<Subscription> Subscribe(const std::string& command_id,
                                                        Listener listener);
  void Changed(const std::string& command_id);

 private:
  struct State {
    std::mutex mutex;
    std::multimap<std::string, std::shared_ptr<Listener>> listeners;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

class CommandSignals::Subscription {
 public:
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

 private:
  friend class CommandSignals;
  Subscription(std::shared_ptr<State> state,
               std::multimap<std::string, std::shared_ptr<Listener>>::iterator position)
      : state_(std::move(state)), position_(position) {}
  std::shared_ptr<State> state_;
  std::multimap<std::string, std::shared_ptr<Listener>>::iterator position_;
};

}  // namespace edgeplane::registry
