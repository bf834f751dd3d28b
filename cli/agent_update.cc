#include <algorithm>
#include <memory>
#include <optional>

#include "cli/agent_commands.h"
#include "cli/agent_view.h"
#include "cli/client.h"
#include "cli/escape.h"
#include "cli/format.h"
#include "cli/json_output.h"

namespace edgeplane::cli {
namespace {

struct UpdateOptions {
  std::string id;
  std::string phone;
  std::string name;
  std::vector<std::string> labels;
  std::vector<std::string> removed_labels;
  std::vector<std::string> addresses;
  std::vector<std::string> removed_addresses;
  bool any_address = false;
};

bool Given(const CLI::App& leaf, const char* option) {
  return leaf.get_option_no_throw(option)->count() > 0;
}

void ApplyAddresses(const UpdateOptions& options, v1::Agent& agent) {
  auto& addresses = *agent.mutable_allowed_addresses();
  if (options.any_address) addresses.Clear();
  for (const std::string& address : options.removed_addresses) {
    addresses.erase(std::remove(addresses.begin(), addresses.end(), address), addresses.end());
  }
  for (const std::string& address : options.addresses) {
    if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) {
      *addresses.Add() = address;
    }
  }
}

// `request` holds the agent as it is; gives it the changes and the mask.
void ApplyChanges(const UpdateOptions& options, const CLI::App& leaf,
                  v1::UpdateAgentRequest& request) {
  v1::Agent& agent = *request.mutable_agent();
  google::protobuf::FieldMask& mask = *request.mutable_update_mask();
  if (Given(leaf, "--phone")) {
    agent.set_user_phone(options.phone);
    mask.add_paths("user_phone");
  }
  if (Given(leaf, "--name")) {
    agent.set_display_name(options.name);
    mask.add_paths("display_name");
  }
  if (!options.labels.empty() || !options.removed_labels.empty()) {
    for (const std::string& key : options.removed_labels) agent.mutable_labels()->erase(key);
    PutLabels(options.labels, *agent.mutable_labels());
    mask.add_paths("labels");
  }
  if (!options.addresses.empty() || !options.removed_addresses.empty() || options.any_address) {
    ApplyAddresses(options, agent);
    mask.add_paths("allowed_addresses");
  }
}

// What is not there is mistyped, and what was meant would stay: an address that is
// let in, a label that is found.
std::optional<Outcome> CheckRemoved(const char* option, const std::vector<std::string>& removed,
                                    const std::vector<std::string>& present, const char* things) {
  for (const std::string& one : removed) {
    if (std::find(present.begin(), present.end(), one) != present.end()) continue;
    const std::string what = std::string(option) + ": " + EscapeForTerminal(one);
    if (present.empty()) return UsageError(what + " cannot be removed: the agent has no " + things);
    return UsageError(what + " is none of the agent's " + things + ": " +
                      EscapeForTerminal(Join(present, ", ")));
  }
  return std::nullopt;
}

std::optional<Outcome> CheckAllRemoved(const UpdateOptions& options, const v1::Agent& agent) {
  const auto& addresses = agent.allowed_addresses();
  if (std::optional<Outcome> wrong =
          CheckRemoved("--remove-address", options.removed_addresses,
                       {addresses.begin(), addresses.end()}, "allowed addresses")) {
    return wrong;
  }
  std::vector<std::string> labels;
  for (const auto& [key, value] : agent.labels()) labels.push_back(key);
  std::ranges::sort(labels);
  return CheckRemoved("--remove-label", options.removed_labels, labels, "labels");
}

// An empty list would let the agent in from anywhere: taking addresses away
// must not do that by accident.
bool OpensByAccident(const UpdateOptions& options, const v1::UpdateAgentRequest& request) {
  return !options.removed_addresses.empty() && !options.any_address &&
         request.agent().allowed_addresses().empty();
}

Outcome Update(const UpdateOptions& options, const Invocation& invocation) {
  Client client(invocation);
  v1::UpdateAgentRequest request;
  v1::GetAgentRequest get;
  get.set_agent_id(options.id);
  const CLI::App& leaf = invocation.leaf;
  const bool needs_present = !options.labels.empty() || !options.removed_labels.empty() ||
                             !options.addresses.empty() || !options.removed_addresses.empty();
  if (needs_present) {
    if (std::optional<Outcome> failure =
            client.Call(&Client::Stub::GetAgent, get, *request.mutable_agent())) {
      return *failure;
    }
    if (std::optional<Outcome> wrong = CheckAllRemoved(options, request.agent())) {
      return *wrong;
    }
  }
  request.mutable_agent()->set_agent_id(options.id);
  ApplyChanges(options, leaf, request);
  if (request.update_mask().paths().empty()) {
    return UsageError(
        "nothing to change: give --phone, --name, --label, --remove-label, "
        "--allow-address, --remove-address or --any-address");
  }
  if (OpensByAccident(options, request)) {
    return UsageError(
        "without these addresses the agent could connect from anywhere; if that is "
        "meant, give --any-address instead");
  }
  v1::Agent agent;
  if (std::optional<Outcome> failure = client.Call(&Client::Stub::UpdateAgent, request, agent)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, agent);
  WriteAgent(invocation.around, agent);
  return {};
}

CLI::Option* AddMany(CLI::App& app, const char* name, std::vector<std::string>& target,
                     const char* type, const char* meaning) {
  return app.add_option(name, target, meaning)
      ->type_name(type)
      ->delimiter(',')
      ->allow_extra_args(false);
}

}  // namespace

void AddAgentUpdate(CommandTree& tree, CLI::App& group) {
  const auto options = std::make_shared<UpdateOptions>();
  CLI::App& update = tree.AddCall(
      group, "update",
      "Change what is known of an agent. Labels and addresses that are not named stay as they "
      "are; to change them, the agent is read first, so of two operators who change the same "
      "agent's labels at the same moment one may win.",
      "edgeplane agent update edge_1 --name \"Front desk\" --label site=berlin\n"
      "edgeplane agent update edge_1 --allow-address 192.0.2.0/24 --remove-label old",
      [options](const Invocation& invocation) { return Update(*options, invocation); });
  update.add_option("ID", options->id, "The agent's id.")->required();
  update.add_option("--phone", options->phone, "The new user_phone.")->type_name("PHONE");
  update.add_option("--name", options->name, "The new name for people.")->type_name("TEXT");
  AddLabelOption(update, options->labels, "Add or change a label; may be given more than once.");
  AddMany(update, "--remove-label", options->removed_labels, "K", "Remove a label.");
  CLI::Option* allow = AddMany(update, "--allow-address", options->addresses, "CIDR",
                               "Address or CIDR block the agent may connect from as well.");
  CLI::Option* remove = AddMany(update, "--remove-address", options->removed_addresses, "CIDR",
                                "Address or CIDR block, as it is listed, to take off the list.");
  update
      .add_flag("--any-address", options->any_address,
                "Empty the list: the agent may connect from anywhere.")
      ->excludes(allow)
      ->excludes(remove);
}

}  // namespace edgeplane::cli
