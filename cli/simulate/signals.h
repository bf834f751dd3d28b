// SIGINT and SIGTERM, heard by whoever waits for them.
#pragma once

#include <signal.h>

#include "base/clock.h"

namespace edgeplane::simulate {

// Make it before any thread is started: they inherit that they do not hear them.
// While it lives, a peer that has gone is an error code and no SIGPIPE.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  // True when one has come, at the latest after `span`.
  bool WaitFor(Duration span);
  // From now on a signal ends the process, for whoever is in a hurry.
  void LetKill();

 private:
  sigset_t signals_{};
  sigset_t before_{};
  struct sigaction pipe_before_ {};
};

}  // namespace edgeplane::simulate
