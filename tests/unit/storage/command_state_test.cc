#include "storage/command_state.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace edgeplane::storage {
namespace {

using enum CommandState;

constexpr std::array kStates = {kQueued, kDelivered, kReceived,  kExecuting, kCompleted,
                                kFailed, kExpired,   kCancelled, kInDoubt};
constexpr std::array kEvents = {
    CommandEvent::kDeliver,      CommandEvent::kAckReceived, CommandEvent::kAckExecuting,
    CommandEvent::kAckCompleted, CommandEvent::kAckFailed,   CommandEvent::kUnwritten,
    CommandEvent::kSessionEnded, CommandEvent::kExpire,      CommandEvent::kCancel};

bool EndsIt(CommandState state) {
  return state == kCompleted || state == kFailed || state == kExpired || state == kCancelled ||
         state == kInDoubt;
}

// The rules once more, as sentences instead of a table.
StepOutcome Expected(CommandState state, int32_t deliveries, int32_t max, CommandEvent event) {
  const StepOutcome refused{StepEffect::kRefused, state, deliveries};
  const StepOutcome ignored{StepEffect::kIgnored, state, deliveries};
  const StepOutcome repeats{StepEffect::kRepeats, state, deliveries};
  const auto moves = [&](CommandState to) {
    return StepOutcome{StepEffect::kMoves, to, deliveries};
  };
  switch (event) {
    case CommandEvent::kDeliver:
      if (state != kQueued) return refused;
      return {StepEffect::kMoves, kDelivered, deliveries + 1};
    case CommandEvent::kAckReceived:
    case CommandEvent::kAckExecuting: {
      if (deliveries == 0) return refused;
      const CommandState to = event == CommandEvent::kAckReceived ? kReceived : kExecuting;
      return EndsIt(state) || state >= to ? repeats : moves(to);
    }
    case CommandEvent::kAckCompleted:
    case CommandEvent::kAckFailed:
      if (deliveries == 0) return refused;
      if (EndsIt(state)) return repeats;
      return moves(event == CommandEvent::kAckCompleted ? kCompleted : kFailed);
    case CommandEvent::kUnwritten:
      if (state != kDelivered) return ignored;
      return {StepEffect::kMoves, kQueued, deliveries > 0 ? deliveries - 1 : 0};
    case CommandEvent::kSessionEnded:
      if (state != kDelivered) return ignored;
      return moves(max == 0 || deliveries < max ? kQueued : kInDoubt);
    case CommandEvent::kExpire:
      return EndsIt(state) ? ignored : moves(kExpired);
    case CommandEvent::kCancel:
      return EndsIt(state) ? refused : moves(kCancelled);
  }
  ADD_FAILURE() << "an event without a rule";
  return refused;
}

TEST(CommandStateTest, FollowsTheRulesForEveryStateAndEvent) {
  for (const CommandState state : kStates) {
    for (const CommandEvent event : kEvents) {
      for (int32_t deliveries = 0; deliveries <= 4; ++deliveries) {
        for (int32_t max = 0; max <= 4; ++max) {
          const StepOutcome got = ApplyEvent(state, deliveries, max, event);
          const StepOutcome expected = Expected(state, deliveries, max, event);
          EXPECT_TRUE(got.effect == expected.effect && got.state == expected.state &&
                      got.deliveries == expected.deliveries)
              << StateName(state) << ", event " << static_cast<int>(event) << ", " << deliveries
              << " deliveries of " << max << ": became " << StateName(got.state);
        }
      }
    }
  }
}

TEST(CommandStateTest, NothingLeavesAFinalState) {
  for (const CommandState state : kStates) {
    EXPECT_EQ(IsFinal(state), EndsIt(state));
    if (!IsFinal(state)) continue;
    for (const CommandEvent event : kEvents) {
      for (int32_t deliveries = 0; deliveries <= 2; ++deliveries) {
        const StepOutcome outcome = ApplyEvent(state, deliveries, 1, event);
        EXPECT_EQ(outcome.state, state);
        EXPECT_EQ(outcome.deliveries, deliveries);
        EXPECT_NE(outcome.effect, StepEffect::kMoves);
      }
    }
  }
}

// Whatever happens in whatever order, a command with max_deliveries 1 is handed
// out once, unless it is sure that the first time it was not.
TEST(CommandStateTest, AtMostOnceIsAtMostOnce) {
  struct Walk {
    static void From(CommandState state, int32_t deliveries, int outstanding, int depth) {
      ASSERT_LE(outstanding, 1);
      if (depth == 0) return;
      for (const CommandEvent event : kEvents) {
        const StepOutcome outcome = ApplyEvent(state, deliveries, 1, event);
        if (outcome.effect != StepEffect::kMoves) continue;
        int now = outstanding;
        if (event == CommandEvent::kDeliver) ++now;
        if (event == CommandEvent::kUnwritten) --now;
        From(outcome.state, outcome.deliveries, now, depth - 1);
      }
    }
  };
  Walk::From(kQueued, 0, 0, 8);
}

TEST(CommandStateTest, NamesEveryState) {
  std::set<std::string_view> names;
  for (const CommandState state : kStates) names.insert(StateName(state));
  EXPECT_EQ(names.size(), kStates.size());
  EXPECT_EQ(StateName(kQueued), "QUEUED");
  EXPECT_EQ(StateName(kInDoubt), "IN_DOUBT");
}

}  // namespace
}  // namespace edgeplane::storage
