// Letting agents in, keeping them out, forgetting them.
#include <memory>
#include <optional>
#include <string>

#include "cli/agent_commands.h"
#include "cli/agent_view.h"
#include "cli/client.h"
#include "cli/confirm.h"
#include "cli/escape.h"
#include "cli/json_output.h"

namespace edgeplane::cli {
namespace {

struct StateOptions {
  std::string id;
  std::string reason;
  bool yes = false;
};

Outcome WriteChanged(const v1::Agent& agent, const Invocation& invocation) {
  if (invocation.json) return WriteJson(invocation.around.out, agent);
  WriteAgent(invocation.around, agent);
  return {};
}

Outcome Disable(const StateOptions& options, const Invocation& invocation) {
  Client client(invocation);
  v1::DisableAgentRequest request;
  request.set_agent_id(options.id);
  request.set_reason(options.reason);
  v1::Agent agent;
  if (std::optional<Outcome> failure = client.Call(&Client::Stub::DisableAgent, request, agent)) {
    return *failure;
  }
  return WriteChanged(agent, invocation);
}

Outcome Enable(const StateOptions& options, const Invocation& invocation) {
  Client client(invocation);
  v1::EnableAgentRequest request;
  request.set_agent_id(options.id);
  v1::Agent agent;
  if (std::optional<Outcome> failure = client.Call(&Client::Stub::EnableAgent, request, agent)) {
    return *failure;
  }
  return WriteChanged(agent, invocation);
}

Outcome Disconnect(const StateOptions& options, const Invocation& invocation) {
  Client client(invocation);
  v1::DisconnectAgentRequest request;
  request.set_agent_id(options.id);
  v1::DisconnectAgentResponse response;
  if (std::optional<Outcome> failure =
          client.Call(&Client::Stub::DisconnectAgent, request, response)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, response);
  invocation.around.out << "The session " << EscapeForTerminal(response.session().session_id())
                        << " from " << EscapeForTerminal(response.session().peer_address())
                        << " ends; the agent may come back at once.\n";
  return {};
}

Outcome Delete(const StateOptions& options, const Invocation& invocation) {
  const std::string shown = EscapeForTerminal(options.id);
  if (!options.yes) {
    if (std::optional<Outcome> refused =
            Confirm(invocation.around,
                    "Delete agent " + shown + ", its secret and its unfinished commands?")) {
      return *refused;
    }
  }
  Client client(invocation);
  v1::DeleteAgentRequest request;
  request.set_agent_id(options.id);
  v1::DeleteAgentResponse response;
  if (std::optional<Outcome> failure = client.Call(&Client::Stub::DeleteAgent, request, response)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, response);
  invocation.around.out << "Deleted " << shown
                        << "; unfinished commands cancelled: " << response.cancelled_commands()
                        << ".\n";
  return {};
}

}  // namespace

void AddAgentDisable(CommandTree& tree, CLI::App& group) {
  const auto options = std::make_shared<StateOptions>();
  CLI::App& disable = tree.AddCall(
      group, "disable",
      "Keep an agent out until it is enabled again. Its session ends, its commands stay queued.",
      "edgeplane agent disable edge_1 --reason \"stolen, ticket 4711\"",
      [options](const Invocation& invocation) { return Disable(*options, invocation); });
  disable.add_option("ID", options->id, "The agent's id.")->required();
  disable.add_option("--reason", options->reason, "Why, for people; at most 200 bytes.")
      ->type_name("TEXT");
}

void AddAgentEnable(CommandTree& tree, CLI::App& group) {
  const auto options = std::make_shared<StateOptions>();
  CLI::App& enable = tree.AddCall(
      group, "enable", "Let an agent in again.", "edgeplane agent enable edge_1",
      [options](const Invocation& invocation) { return Enable(*options, invocation); });
  enable.add_option("ID", options->id, "The agent's id.")->required();
}

void AddAgentDisconnect(CommandTree& tree, CLI::App& group) {
  const auto options = std::make_shared<StateOptions>();
  CLI::App& disconnect = tree.AddCall(
      group, "disconnect",
      "End the open session of an agent. The agent may come back at once; `agent disable` keeps it "
      "out.",
      "edgeplane agent disconnect edge_1",
      [options](const Invocation& invocation) { return Disconnect(*options, invocation); });
  disconnect.add_option("ID", options->id, "The agent's id.")->required();
}

void AddAgentDelete(CommandTree& tree, CLI::App& group) {
  const auto options = std::make_shared<StateOptions>();
  CLI::App& remove = tree.AddCall(
      group, "delete",
      "Forget an agent and its secret. Its unfinished commands are cancelled and its session "
      "ends; finished commands and refusals stay. Asks first on a terminal.",
      "edgeplane agent delete edge_1\n"
      "edgeplane agent delete edge_1 --yes",
      [options](const Invocation& invocation) { return Delete(*options, invocation); });
  remove.add_option("ID", options->id, "The agent's id.")->required();
  remove.add_flag("-y,--yes", options->yes, "Do not ask. Needed where nobody can answer.");
}

}  // namespace edgeplane::cli
