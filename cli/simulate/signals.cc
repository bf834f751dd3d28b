#include "cli/simulate/signals.h"

#include <pthread.h>
#include <time.h>

namespace edgeplane::simulate {

Signals::Signals() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &pipe_before_);
}

Signals::~Signals() {
  sigaction(SIGPIPE, &pipe_before_, nullptr);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool Signals::WaitFor(Duration span) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(span);
  const timespec limit{.tv_sec = seconds.count(),
                       .tv_nsec = std::chrono::nanoseconds(span - seconds).count()};
  return sigtimedwait(&signals_, nullptr, &limit) > 0;
}

void Signals::LetKill() { pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr); }

}  // namespace edgeplane::simulate
