// What processes that share a store tell each other: short texts of one line, soon
// and without promise. Whoever relies on what they say looks for himself now and then.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace edgeplane::storage {

inline constexpr size_t kSignalBytesMax = 512;

class SignalBus {
 public:
  struct Handlers {
    // Another process has said this.
    std::function<void(std::string_view)> heard;
    // Some may have been missed: at the start, and after a break.
    std::function<void()> missed;
    // This many were not sent.
    std::function<void(size_t)> dropped;
  };

  virtual ~SignalBus() = default;
  // The handlers run on threads of the bus, until Stop, and must not wait long.
  virtual void Start(Handlers handlers) = 0;
  // Idempotent. Nothing is heard after it.
  virtual void Stop() = 0;
  // Thread safe, and does not wait. The same again before it was sent is sent once.
  virtual void Say(std::string signal) = 0;
};

}  // namespace edgeplane::storage
