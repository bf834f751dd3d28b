// Two live processes with one agent id would throw each other out for ever: the
// newer connection wins, but only so often in a short time. After that nobody may
// take over until there has been no attempt for a while, so whoever holds the
// session keeps it. One function decides; every backend calls it inside the
// transaction that opens a session.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace edgeplane::storage {

struct TakeoverLimits {
  int64_t takeovers_max = 4;  // within `window`
  Duration window = std::chrono::seconds(60);
  // Longer than the longest back-off of an agent (60 s), or its attempts would
  // come as rarely as that.
  Duration calm = std::chrono::seconds(90);
};

// What is kept of an agent's takeovers as long as it has an open session.
struct TakeoverRecord {
  int64_t count = 0;  // since `since`
  Time since{};       // begin of the window
  bool flapping = false;
  Time last_attempt{};
};

struct TakeoverVerdict {
  bool allowed = true;
  Duration retry_after{};  // where not
};

// An attempt to take over an open session; notes it in the record.
TakeoverVerdict JudgeTakeover(TakeoverRecord& record, const TakeoverLimits& limits, Time now);

}  // namespace edgeplane::storage
