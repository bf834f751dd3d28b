#include "cli/agent_commands.h"

#include "cli/commands.h"

namespace edgeplane::cli {

void AddAgentCommands(CommandTree& tree) {
  CLI::App& group =
      tree.AddGroup("agent", "Register agents, look at them, let them in or not, configure them.",
                    "edgeplane agent create --id edge_1 --phone +15551234568\n"
                    "edgeplane agent list --connected\n"
                    "edgeplane agent disable edge_1 --reason \"stolen\"\n"
                    "edgeplane agent rotate-secret edge_1 --overlap 24h");
  AddAgentCreate(tree, group);
  AddAgentImport(tree, group);
  AddAgentList(tree, group);
  AddAgentShow(tree, group);
  AddAgentUpdate(tree, group);
  AddAgentDisable(tree, group);
  AddAgentEnable(tree, group);
  AddAgentDelete(tree, group);
  AddAgentRotateSecret(tree, group);
  AddAgentRetireSecret(tree, group);
  AddAgentDisconnect(tree, group);
  AddAgentSetConfig(tree, group);
  AddAgentShowConfig(tree, group);
}

CLI::Option* AddLabelOption(CLI::App& app, std::vector<std::string>& labels,
                            const std::string& meaning) {
  return app.add_option("--label", labels, meaning)
      ->type_name("K=V")
      // One value each, or `--label os=linux ID` would take the ID for a label.
      ->allow_extra_args(false)
      ->check([](const std::string& label) -> std::string {
        const size_t equals = label.find('=');
        if (equals != std::string::npos && equals > 0) return {};
        return "a label is written KEY=VALUE, for example site=berlin";
      });
}

void PutLabels(const std::vector<std::string>& labels,
               google::protobuf::Map<std::string, std::string>& target) {
  for (const std::string& label : labels) {
    const size_t equals = label.find('=');
    target[label.substr(0, equals)] = label.substr(equals + 1);
  }
}

void AddNewAgentOptions(CLI::App& app, NewAgentOptions& options) {
  app.add_option("--id", options.id,
                 "The agent's id: 1 to 128 letters, digits, '.', '_' or '-', the first a letter "
                 "or digit. It never changes.")
      ->type_name("ID")
      ->required();
  app.add_option("--phone", options.phone, "The agent's user_phone, E.164.")
      ->type_name("PHONE")
      ->required();
  app.add_option("--name", options.name, "A name for people.")->type_name("TEXT");
  AddLabelOption(app, options.labels, "A label; may be given more than once.");
  app.add_option("--allow-address", options.addresses,
                 "Address or CIDR block the agent may connect from; may be given more than once. "
                 "Default: anywhere.")
      ->type_name("CIDR")
      ->delimiter(',')
      ->allow_extra_args(false);
}

}  // namespace edgeplane::cli
