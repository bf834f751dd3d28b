// Many calls of the operator's API at once: a few threads, each with a client of
// its own.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "cli/client.h"
#include "cli/simulate/signals.h"

namespace edgeplane::simulate {

// Runs `task` for 0 .. count-1, several at a time and in no order, and returns
// when all are through. The first failure, or a signal, ends it early: what was
// not begun is not done.
[[nodiscard]] std::optional<cli::Outcome> ForEachByAdmin(
    const cli::Invocation& invocation, Signals& signals, int64_t count,
    const std::function<std::optional<cli::Outcome>(cli::Client&, int64_t)>& task,
    const std::function<void(int64_t done)>& progress);

}  // namespace edgeplane::simulate
