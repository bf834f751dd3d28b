#include "services/admin/command_watch.h"

#include <utility>

#include "base/uuid.h"
#include "services/admin/convert.h"

namespace edgeplane::admin {

CommandWatch::CommandWatch(storage::CommandStore& store, registry::CommandSignals& signals,
                           const v1::WatchCommandRequest& request)
    : store_(store),
      signals_(signals),
      command_id_(CanonicalUuid(request.command_id())),
      given_(request.after_number()) {}

void CommandWatch::Subscribe(std::function<void()> poke) {
  subscription_ = signals_.Subscribe(command_id_, std::move(poke));
}

Status CommandWatch::Read() {
  auto command = store_.GetCommand(command_id_);
  if (!command.ok()) return command.error();
  std::erase_if(command->history, [this](const auto& step) { return step.number <= given_; });
  steps_ = std::move(command->history);
  next_ = 0;
  final_ = storage::IsFinal(command->state);
  return {};
}

bool CommandWatch::Take(v1::WatchCommandResponse& message) {
  if (next_ == steps_.size()) return false;
  const storage::CommandStep& step = steps_[next_++];
  given_ = step.number;
  message.set_command_id(command_id_);
  *message.mutable_step() = ToProto(step);
  return true;
}

WatchState CommandWatch::state() const { return final_ ? WatchState::kOver : WatchState::kWaiting; }

const char* CommandWatch::how_to_go_on() const {
  return "with after_number set to the last step's number";
}

}  // namespace edgeplane::admin
