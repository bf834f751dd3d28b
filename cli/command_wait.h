// Following one command to its end.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/client.h"
#include "edgeplane/v1/admin_service.pb.h"

namespace edgeplane::cli {

struct Wait {
  std::string command_id;
  // Nothing: until the command has ended, which it does when it expires at the
  // latest.
  std::optional<Duration> limit;
};

using OnStep = std::function<Outcome(const v1::WatchCommandResponse&)>;

// Gives every step to `on_step`, once each, in order. Goes on over a broken
// connection, and over a restart of the server. The outcome's code says how the
// command ended; a wait that ends before the command is kCommandUnfinished. An
// outcome of `on_step` that is not ok ends the wait and is given back.
Outcome FollowCommand(Client& client, const Clock& clock, const Wait& wait, const OnStep& on_step);

}  // namespace edgeplane::cli
