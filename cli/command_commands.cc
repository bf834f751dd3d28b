#include "cli/command_commands.h"

#include <google/protobuf/descriptor.h>

#include <memory>
#include <optional>

#include "cli/client.h"
#include "cli/command_view.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/json_output.h"
#include "cli/paging.h"

namespace edgeplane::cli {
namespace {

struct ListOptions {
  std::string agent;
  std::vector<std::string> states;
  int64_t limit = 100;
};

struct OneOptions {
  std::string id;
  std::string reason;
};

Outcome Show(const OneOptions& options, const Invocation& invocation) {
  Client client(invocation);
  v1::GetCommandRequest request;
  request.set_command_id(options.id);
  v1::Command command;
  if (std::optional<Outcome> failure = client.Call(&Client::Stub::GetCommand, request, command)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, command);
  WriteCommand(invocation.around, command);
  return {};
}

Outcome Cancel(const OneOptions& options, const Invocation& invocation) {
  Client client(invocation);
  v1::CancelCommandRequest request;
  request.set_command_id(options.id);
  request.set_reason(options.reason);
  v1::Command command;
  if (std::optional<Outcome> failure =
          client.Call(&Client::Stub::CancelCommand, request, command)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, command);
  WriteCommand(invocation.around, command);
  if (command.deliveries() > 0) {
    invocation.around.err << "The agent already had it and is not called back: it may still do "
                             "what the command says.\n";
  }
  return {};
}

Outcome List(const ListOptions& options, const Invocation& invocation) {
  Client client(invocation);
  v1::ListCommandsRequest request;
  request.mutable_filter()->set_agent_id(options.agent);
  for (const std::string& name : options.states) {
    v1::Command::State state{};
    if (!v1::Command::State_Parse(name, &state)) return UsageError("--state: no such state");
    request.mutable_filter()->add_states(state);
  }
  v1::ListCommandsResponse all;
  if (std::optional<Outcome> failure = CollectPages(
          client, &Client::Stub::ListCommands, std::move(request), options.limit,
          [](v1::ListCommandsResponse& page) { return page.mutable_commands(); }, all)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, all);
  WriteCommands(invocation.around, all.commands());
  MentionTheRest(invocation.around, all, options.limit);
  return {};
}

}  // namespace

void AddCommandCommands(CommandTree& tree) {
  CLI::App& group = tree.AddGroup("command", "Send agents commands, and see what becomes of them.",
                                  "edgeplane command send edge_1 reload --wait\n"
                                  "edgeplane command list --agent edge_1 --state queued");
  AddCommandSend(tree, group);
  AddCommandShow(tree, group);
  AddCommandList(tree, group);
  AddCommandCancel(tree, group);
  AddCommandWatch(tree, group);
}

void AddCommandShow(CommandTree& tree, CLI::App& group) {
  const auto options = std::make_shared<OneOptions>();
  CLI::App& show =
      tree.AddCall(group, "show", "Show one command, its payload and its history.",
                   "edgeplane command show 0190a5b4-7c1e-7f3a-9d2b-5e8f1a2b3c4d",
                   [options](const Invocation& invocation) { return Show(*options, invocation); });
  show.add_option("COMMAND_ID", options->id, "The command's id.")->required();
}

void AddCommandCancel(CommandTree& tree, CLI::App& group) {
  const auto options = std::make_shared<OneOptions>();
  CLI::App& cancel = tree.AddCall(
      group, "cancel",
      "End a command that has not ended yet. An agent that already has it is not called back: "
      "then only the wait for its answer ends.",
      "edgeplane command cancel 0190a5b4-7c1e-7f3a-9d2b-5e8f1a2b3c4d --reason \"wrong agent\"",
      [options](const Invocation& invocation) { return Cancel(*options, invocation); });
  cancel.add_option("COMMAND_ID", options->id, "The command's id.")->required();
  cancel.add_option("--reason", options->reason, "Why, for the history; at most 200 bytes.")
      ->type_name("TEXT");
}

void AddCommandList(CommandTree& tree, CLI::App& group) {
  const auto options = std::make_shared<ListOptions>();
  CLI::App& list = tree.AddCall(
      group, "list", "List commands, newest first. All filters that are given must hold.",
      "edgeplane command list --agent edge_1\n"
      "edgeplane command list --state failed --state in_doubt --limit 20",
      [options](const Invocation& invocation) { return List(*options, invocation); });
  list.add_option("--agent", options->agent, "Only commands of this agent.")->type_name("ID");
  std::vector<std::string> states;
  const google::protobuf::EnumDescriptor& known = *v1::Command::State_descriptor();
  for (int i = 0; i < known.value_count(); ++i) {
    if (known.value(i)->number() != 0) states.push_back(known.value(i)->name());
  }
  CLI::Option* state =
      list.add_option("--state", options->states,
                      "Only commands in this state; may be given more than once. " +
                          Join(states, ", ") + ".")
          ->type_name("STATE")
          ->delimiter(',')
          ->allow_extra_args(false);
  tree.Restrict(state, states);
  list.add_option("--limit", options->limit, "At most so many commands. Default: 100.")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, kListLimitMax).description(""));
}

}  // namespace edgeplane::cli
