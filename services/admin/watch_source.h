// What a stream of the operator's API tells, apart from the streaming.
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.h"

namespace edgeplane::admin {

enum class WatchState : uint8_t {
  kWaiting,  // all is told: look again when something may have happened
  kMore,     // there may be more: look again at once
  kOver,     // all is told, and nothing will ever come again
};

// One of these for each stream, and never two calls at once, from whichever
// threads. Remembers what it has given, not what has happened since: so nothing is
// queued for a slow caller, and no poke has to arrive.
template <class Message>
class WatchSource {
 public:
  // Ends the subscription: once the destructor has returned, no poke is running or
  // will come.
  virtual ~WatchSource() = default;

  // From now on `poke` is called, by any thread, when something may have happened.
  // Once, before the first Read.
  virtual void Subscribe(std::function<void()> poke) = 0;
  // Reads what comes after all that Take has given; blocks as the store does.
  [[nodiscard]] virtual Status Read() = 0;
  // Fills the next message of what was read; false when there is none left. Quick.
  [[nodiscard]] virtual bool Take(Message& message) = 0;
  // After Take has given the last one.
  [[nodiscard]] virtual WatchState state() const = 0;
  // For a caller whose stream ends before its time: the end of a sentence that
  // begins with "watch again".
  [[nodiscard]] virtual const char* how_to_go_on() const = 0;
};

}  // namespace edgeplane::admin
