#include <memory>
#include <optional>

#include "cli/agent_commands.h"
#include "cli/agent_view.h"
#include "cli/client.h"
#include "cli/json_output.h"
#include "cli/paging.h"

namespace edgeplane::cli {
namespace {

struct ListOptions {
  std::string prefix;
  bool connected = false;
  bool disconnected = false;
  bool disabled = false;
  bool enabled = false;
  bool without_secret = false;
  std::vector<std::string> labels;
  int64_t limit = 10'000;
};

v1::ListAgentsRequest ToRequest(const ListOptions& options) {
  v1::ListAgentsRequest request;
  v1::AgentFilter& filter = *request.mutable_filter();
  filter.set_agent_id_prefix(options.prefix);
  if (options.connected || options.disconnected) filter.set_connected(options.connected);
  if (options.disabled || options.enabled) filter.set_disabled(options.disabled);
  if (options.without_secret) filter.set_has_secret(false);
  PutLabels(options.labels, *filter.mutable_labels());
  return request;
}

Outcome List(const ListOptions& options, const Invocation& invocation) {
  Client client(invocation);
  v1::ListAgentsResponse all;
  if (std::optional<Outcome> failure = CollectPages(
          client, &Client::Stub::ListAgents, ToRequest(options), options.limit,
          [](v1::ListAgentsResponse& page) { return page.mutable_agents(); }, all)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, all);
  WriteAgents(invocation.around, all.agents());
  MentionTheRest(invocation.around, all, options.limit);
  return {};
}

// Beside the point where it cannot be had: nothing then.
std::optional<v1::Refusal> LastRefusal(Client& client, const std::string& id) {
  v1::ListRefusalsRequest request;
  request.mutable_filter()->set_agent_id(id);
  request.set_page_size(1);
  v1::ListRefusalsResponse page;
  if (client.Call(&Client::Stub::ListRefusals, request, page) || page.refusals().empty()) {
    return std::nullopt;
  }
  return page.refusals(0);
}

Outcome Show(const std::string& id, const Invocation& invocation) {
  Client client(invocation);
  v1::GetAgentRequest request;
  request.set_agent_id(id);
  v1::Agent agent;
  if (std::optional<Outcome> failure = client.Call(&Client::Stub::GetAgent, request, agent)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, agent);
  const std::optional<v1::Refusal> refusal = LastRefusal(client, id);
  WriteAgent(invocation.around, agent, refusal ? &*refusal : nullptr);
  return {};
}

}  // namespace

void AddAgentList(CommandTree& tree, CLI::App& group) {
  const auto options = std::make_shared<ListOptions>();
  CLI::App& list =
      tree.AddCall(group, "list", "List agents by id. All filters that are given must hold.",
                   "edgeplane agent list\n"
                   "edgeplane agent list --prefix edge_1555 --disconnected\n"
                   "edgeplane agent list --without-secret\n"
                   "edgeplane agent list --label site=berlin --json | jq -r '.agents[].agent_id'",
                   [options](const Invocation& invocation) { return List(*options, invocation); });
  list.add_option("--prefix", options->prefix, "Only ids that begin like this.")->type_name("TEXT");
  CLI::Option* connected =
      list.add_flag("--connected", options->connected, "Only agents that are connected.");
  list.add_flag("--disconnected", options->disconnected, "Only agents that are not.")
      ->excludes(connected);
  CLI::Option* disabled =
      list.add_flag("--disabled", options->disabled, "Only agents that are disabled.");
  list.add_flag("--enabled", options->enabled, "Only agents that are not.")->excludes(disabled);
  list.add_flag("--without-secret", options->without_secret,
                "Only agents without a secret of their own, which live on the fleet secret.");
  AddLabelOption(list, options->labels,
                 "Only agents with this label; may be given more than once.");
  list.add_option("--limit", options->limit, "At most so many agents. Default: 10000.")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, kListLimitMax).description(""));
}

void AddAgentShow(CommandTree& tree, CLI::App& group) {
  const auto id = std::make_shared<std::string>();
  CLI::App& show = tree.AddCall(
      group, "show",
      "Show all that is known of one agent; for people, with the last time it was refused.",
      "edgeplane agent show edge_1\n"
      "edgeplane agent show edge_1 --json | jq .status.fields",
      [id](const Invocation& invocation) { return Show(*id, invocation); });
  show.add_option("ID", *id, "The agent's id.")->required();
}

}  // namespace edgeplane::cli
