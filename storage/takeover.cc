#include "storage/takeover.h"

namespace edgeplane::storage {
namespace {

// An agent that waits exactly this long comes before it is calm, and is told again.
Duration RetryAfter(const TakeoverLimits& limits) { return limits.calm / 3 * 2; }

}  // namespace

TakeoverVerdict JudgeTakeover(TakeoverRecord& record, const TakeoverLimits& limits, Time now) {
  const bool calm = now - record.last_attempt > limits.calm;
  record.last_attempt = now;
  if (record.flapping && !calm) return {false, RetryAfter(limits)};
  if (record.flapping || now - record.since > limits.window) record = {0, now, false, now};
  if (record.count >= limits.takeovers_max) {
    record.flapping = true;
    return {false, RetryAfter(limits)};
  }
  ++record.count;
  return {true, Duration(0)};
}

}  // namespace edgeplane::storage
