#include "cli/command_view.h"

#include "base/timestamp.h"
#include "cli/escape.h"
#include "cli/format.h"
#include "cli/json_output.h"
#include "cli/table.h"

namespace edgeplane::cli {
namespace {

std::string DeliveriesText(const v1::Command& command) {
  const std::string text = std::to_string(command.deliveries());
  return command.max_deliveries() == 0 ? text + " (no limit)"
                                       : text + " of " + std::to_string(command.max_deliveries());
}

}  // namespace

void WriteStep(const Surroundings& around, const v1::CommandStep& step) {
  // Aligned by hand: a watch cannot know how wide later lines will be.
  std::string state = StateText(step.state());
  const std::string padding(state.size() < 9 ? 9 - state.size() : 0, ' ');
  around.out << FormatLocal(GetTime(step.time())) << "  "
             << Styled(state, StateStyle(step.state()), around.colour) << padding << "  "
             << ChannelText(step.channel());
  if (!step.detail().empty()) around.out << "  " << EscapeForTerminal(step.detail());
  around.out << '\n';
}

void WriteCommand(const Surroundings& around, const v1::Command& command) {
  const Time now = around.clock.Now();
  Block block;
  block.Add("command", command.command_id());
  block.Add("agent", command.agent_id());
  block.Add("type", command.type());
  block.Add("state", {StateText(command.state()), StateStyle(command.state())});
  block.Add("error", command.error());
  block.Add("priority", PriorityText(command.priority()));
  block.Add("deliveries", DeliveriesText(command));
  block.Add("idempotency key", command.idempotency_key());
  if (command.has_create_time()) {
    block.Add("created", FormatMoment(GetTime(command.create_time()), now));
  }
  if (command.has_update_time()) {
    block.Add("last step", FormatMoment(GetTime(command.update_time()), now));
  }
  if (command.has_expire_time()) {
    block.Add(IsFinal(command.state()) ? "would have expired" : "expires",
              FormatMoment(GetTime(command.expire_time()), now));
  }
  const Result<std::string> payload = ToJson(command.payload());
  block.Add("payload", payload.ok() ? *payload : "(" + payload.error().message + ")");
  if (command.has_result()) {
    const Result<std::string> result = ToJson(command.result());
    block.Add("result", result.ok() ? *result : "(" + result.error().message + ")");
  }
  block.Write(around.out, around.colour);
  if (command.history().empty()) return;
  around.out << '\n';
  for (const v1::CommandStep& step : command.history()) WriteStep(around, step);
}

void WriteCommands(const Surroundings& around,
                   const google::protobuf::RepeatedPtrField<v1::Command>& commands) {
  const Time now = around.clock.Now();
  Table table({"COMMAND", "AGENT", "TYPE", "STATE", "CREATED", "LAST STEP", "DELIVERIES", "ERROR"});
  table.AlignRight(6);
  table.KeepWhole(1);
  for (const v1::Command& command : commands) {
    table.Add({command.command_id(),
               command.agent_id(),
               command.type(),
               {StateText(command.state()), StateStyle(command.state())},
               FormatRelative(GetTime(command.create_time()), now),
               FormatRelative(GetTime(command.update_time()), now),
               std::to_string(command.deliveries()),
               command.error()});
  }
  table.Write(around.out, around.colour, around.columns);
}

ExitCode ExitCodeOf(v1::Command::State state) {
  switch (state) {
    case v1::Command::COMPLETED:
      return ExitCode::kOk;
    case v1::Command::FAILED:
      return ExitCode::kCommandFailed;
    case v1::Command::EXPIRED:
      return ExitCode::kCommandExpired;
    case v1::Command::CANCELLED:
      return ExitCode::kCommandCancelled;
    case v1::Command::IN_DOUBT:
      return ExitCode::kCommandInDoubt;
    default:
      return ExitCode::kCommandUnfinished;
  }
}

}  // namespace edgeplane::cli
