#include "storage/command_state.h"

#include <algorithm>
#include <array>

namespace edgeplane::storage {
namespace {

using enum CommandState;

constexpr size_t kStates = 9;
constexpr size_t kEvents = 9;

struct Cell {
  StepEffect effect = StepEffect::kRefused;
  CommandState to = kQueued;  // read with kMoves only
  int8_t deliveries_change = 0;
  // Once max_deliveries is used up the command may not go out again: it becomes
  // IN_DOUBT instead of `to`.
  bool may_be_in_doubt = false;
};

constexpr Cell To(CommandState to, int8_t deliveries_change = 0) {
  return {StepEffect::kMoves, to, deliveries_change, false};
}
constexpr Cell kRelease = {StepEffect::kMoves, kQueued, 0, true};
constexpr Cell kRepeat = {StepEffect::kRepeats};
constexpr Cell kIgnore = {StepEffect::kIgnored};
constexpr Cell kRefuse = {StepEffect::kRefused};

using Row = std::array<Cell, kEvents>;

constexpr Row kFinal = {kRefuse, kRepeat, kRepeat, kRepeat, kRepeat,
                        kIgnore, kIgnore, kIgnore, kRefuse};

// Rows are states, columns are events, both in the order of their enumerations.
// QUEUED takes acknowledgements because a command that went back to the queue
// may still be answered, late and over the agent's next connection.
// clang-format off
constexpr std::array<Row, kStates> kTable = {{
    // kDeliver         kAckReceived   kAckExecuting   kAckCompleted   kAckFailed   kUnwritten        kSessionEnded  kExpire        kCancel
    {To(kDelivered, 1), To(kReceived), To(kExecuting), To(kCompleted), To(kFailed), kIgnore,          kIgnore,       To(kExpired),  To(kCancelled)},  // QUEUED
    {kRefuse,           To(kReceived), To(kExecuting), To(kCompleted), To(kFailed), To(kQueued, -1),  kRelease,      To(kExpired),  To(kCancelled)},  // DELIVERED
    {kRefuse,           kRepeat,       To(kExecuting), To(kCompleted), To(kFailed), kIgnore,          kIgnore,       To(kExpired),  To(kCancelled)},  // RECEIVED
    {kRefuse,           kRepeat,       kRepeat,        To(kCompleted), To(kFailed), kIgnore,          kIgnore,       To(kExpired),  To(kCancelled)},  // EXECUTING
    kFinal,  // COMPLETED
    kFinal,  // FAILED
    kFinal,  // EXPIRED
    kFinal,  // CANCELLED
    kFinal,  // IN_DOUBT
}};
// clang-format on

constexpr std::array<std::string_view, kStates> kNames = {"QUEUED",    "DELIVERED", "RECEIVED",
                                                          "EXECUTING", "COMPLETED", "FAILED",
                                                          "EXPIRED",   "CANCELLED", "IN_DOUBT"};

constexpr size_t IndexOf(CommandState state) { return static_cast<size_t>(state) - 1; }

constexpr bool IsAcknowledgement(CommandEvent event) {
  return event >= CommandEvent::kAckReceived && event <= CommandEvent::kAckFailed;
}

}  // namespace

bool IsFinal(CommandState state) { return state >= kCompleted; }

std::string_view StateName(CommandState state) { return kNames.at(IndexOf(state)); }

StepOutcome ApplyEvent(CommandState state, int32_t deliveries, int32_t max_deliveries,
                       CommandEvent event) {
  // Whatever its state: nobody can answer what nobody was given.
  if (IsAcknowledgement(event) && deliveries == 0) {
    return {StepEffect::kRefused, state, deliveries};
  }
  const Cell& cell = kTable.at(IndexOf(state)).at(static_cast<size_t>(event));
  if (cell.effect != StepEffect::kMoves) return {cell.effect, state, deliveries};
  const bool used_up = max_deliveries > 0 && deliveries >= max_deliveries;
  const CommandState to = cell.may_be_in_doubt && used_up ? kInDoubt : cell.to;
  return {StepEffect::kMoves, to, std::max(0, deliveries + cell.deliveries_change)};
}

}  // namespace edgeplane::storage
