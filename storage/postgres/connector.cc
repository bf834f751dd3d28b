#include "storage/postgres/connector.h"

#include <algorithm>
#include <condition_variable>

namespace edgeplane::storage::postgres {

using std::chrono::steady_clock;

void WaitUntil(Connection::Deadline moment) {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  never.wait_until(lock, moment, [] { return false; });
}

Connector::Turn Connector::NextTurn() {
  const std::lock_guard lock(mutex_);
  return turn_;
}

Result<std::unique_ptr<Connection>> Connector::Try(Connection::Deadline deadline) {
  auto opened = Connection::Open(where_, limits_, deadline);
  const std::lock_guard lock(mutex_);
  if (opened.ok()) {
    back_off_.Reset();
    turn_ = {};
  } else {
    turn_ = {steady_clock::now() + back_off_.Next(), opened.error()};
  }
  return opened;
}

Result<std::unique_ptr<Connection>> Connector::Connect(Connection::Deadline deadline) {
  while (true) {
    const Turn turn = NextTurn();
    WaitUntil(std::min(turn.begin, deadline));
    if (turn.failure && turn.begin >= deadline) return *turn.failure;
    auto opened = Try(deadline);
    if (opened.ok() || steady_clock::now() >= deadline) return opened;
  }
}

}  // namespace edgeplane::storage::postgres
