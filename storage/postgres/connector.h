// Makes the store's connections. After a failure nobody tries again before a
// jittered while has passed, which grows from failure to failure: a server that
// comes back is not met by everybody at once.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "base/result.h"
#include "storage/postgres/back_off.h"
#include "storage/postgres/connection.h"

namespace edgeplane::storage::postgres {

// Thread safe.
class Connector {
 public:
  Connector(ConnectString where, const SessionLimits& limits)
      : where_(std::move(where)), limits_(limits) {}

  // Attempts until one succeeds or the deadline has come. Where the next attempt may
  // begin only after that, gives what the last one came to: one that has no time left
  // would put off the next, and so on without an end.
  Result<std::unique_ptr<Connection>> Connect(Connection::Deadline deadline);

 private:
  // One attempt, now.
  Result<std::unique_ptr<Connection>> Try(Connection::Deadline deadline);
  // When the next attempt may begin, and why the last one failed, if it did.
  struct Turn {
    Connection::Deadline begin{};
    std::optional<Error> failure;
  };
  Turn NextTurn();

  const ConnectString where_;
  const SessionLimits limits_;

  std::mutex mutex_;  // guards what follows
  BackOff back_off_{std::chrono::milliseconds(50), std::chrono::seconds(2)};
  Turn turn_;
};

// Waits for a moment of the steady clock: for a turn that nobody signals.
void WaitUntil(Connection::Deadline moment);

}  // namespace edgeplane::storage::postgres
