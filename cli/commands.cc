#include "cli/commands.h"

#include "base/version.h"

namespace edgeplane::cli {

void AddVersionCommand(CommandTree& tree) {
  tree.AddLocal(
      "version", "Print the version of this program.", "edgeplane version",
      [](const Invocation& invocation) -> Outcome {
        if (invocation.json) {
          invocation.around.out << "{\"version\":\"" << Version() << "\"}\n";
        } else {
          invocation.around.out << "edgeplane " << Version() << '\n';
        }
        return {};
      },
      /*with_json=*/true);
}

void AddAllCommands(CommandTree& tree) {
  AddServeCommand(tree);
  AddAgentCommands(tree);
  AddCommandCommands(tree);
  AddTokenCommands(tree);
  AddEventCommands(tree);
  AddRefusalCommands(tree);
  AddFleetCommands(tree);
  AddSimulateCommand(tree);
  AddConfigCommand(tree);
  AddCompletionCommand(tree);
  AddVersionCommand(tree);
}

}  // namespace edgeplane::cli
