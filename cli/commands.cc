#include "cli/commands.h"

#include <memory>
#include <string>
#include <vector>

#include "base/version.h"
#include "cli/help_formatter.h"
#include "cli/parse_failure.h"

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

void AddHelpCommand(CommandTree& tree) {
  const auto words = std::make_shared<std::vector<std::string>>();
  CLI::App& help = tree.AddLocal("help", "Show the help of a command, as its --help does.",
                                 "edgeplane help\n"
                                 "edgeplane help command send",
                                 [&tree, words](const Invocation& invocation) -> Outcome {
                                   const CLI::App* at = &tree.root();
                                   for (const std::string& word : *words) {
                                     const CLI::App* next = FindCommand(*at, word);
                                     if (next == nullptr) return UnknownWord(word, *at);
                                     at = next;
                                   }
                                   // Not at->help(), which is that of the command that runs: this
                                   // one.
                                   invocation.around.out << HelpFormatter().make_help(
                                       at, "", CLI::AppFormatMode::Normal);
                                   return {};
                                 });
  help.add_option("WORDS", *words, "The words of the command.");
}

void AddAllCommands(CommandTree& tree) {
  AddServeCommand(tree);
  AddRegistryCommand(tree);
  AddGatewayCommand(tree);
  AddAgentCommands(tree);
  AddCommandCommands(tree);
  AddTokenCommands(tree);
  AddEventCommands(tree);
  AddRefusalCommands(tree);
  AddAuditCommands(tree);
  AddFleetCommands(tree);
  AddStoreCommands(tree);
  AddSimulateCommand(tree);
  AddConfigCommand(tree);
  AddCompletionCommand(tree);
  AddVersionCommand(tree);
  AddHelpCommand(tree);
}

}  // namespace edgeplane::cli
