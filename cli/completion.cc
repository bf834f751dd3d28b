#include "cli/completion.h"

#include <algorithm>
#include <set>

#include "cli/commands.h"

namespace edgeplane::cli {
namespace {

// Descriptions in a list of completions must fit one line.
constexpr size_t kDescriptionMax = 70;

std::string FirstSentence(const std::string& text) {
  std::string sentence = text.substr(0, std::min(text.find(". "), text.find(".\n")));
  if (sentence.ends_with('.')) sentence.pop_back();
  if (sentence.size() > kDescriptionMax) {
    sentence.resize(sentence.rfind(' ', kDescriptionMax - 3));
    sentence += " ..";
  }
  return sentence;
}

CompletionOption Describe(const CommandTree& tree, const CLI::Option& option) {
  CompletionOption described;
  for (const std::string& name : option.get_snames()) described.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) described.names.push_back("--" + name);
  described.description = FirstSentence(option.get_description());
  described.takes_value = option.get_items_expected_max() > 0;
  const std::string type = option.get_type_name();
  described.takes_file = type == "FILE" || type == "DIR";
  if (const std::vector<std::string>* words = tree.WordsOf(&option)) described.words = *words;
  return described;
}

void Collect(const CommandTree& tree, const CLI::App& app, const std::string& path,
             std::vector<CompletionPlace>& places) {
  CompletionPlace place;
  place.path = path;
  for (const CLI::Option* option : app.get_options()) {
    place.options.push_back(Describe(tree, *option));
  }
  const std::vector<const CLI::App*> commands = app.get_subcommands(nullptr);
  for (const CLI::App* command : commands) {
    place.commands.emplace_back(command->get_name(), FirstSentence(command->get_description()));
  }
  places.push_back(std::move(place));
  for (const CLI::App* command : commands) {
    Collect(tree, *command, (path.empty() ? "" : path + " ") + command->get_name(), places);
  }
}

}  // namespace

std::vector<CompletionPlace> CompletionPlaces(const CommandTree& tree) {
  std::vector<CompletionPlace> places;
  Collect(tree, tree.root(), "", places);
  return places;
}

std::vector<std::string> ValueOptions(const std::vector<CompletionPlace>& places) {
  std::set<std::string> names;
  for (const CompletionPlace& place : places) {
    for (const CompletionOption& option : place.options) {
      if (option.takes_value) names.insert(option.names.begin(), option.names.end());
    }
  }
  return {names.begin(), names.end()};
}

std::string ShellQuoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c != '\'' && c != '\\' && static_cast<unsigned char>(c) >= 0x20) quoted += c;
  }
  return quoted + "'";
}

void AddCompletionCommand(CommandTree& tree) {
  const auto shell = std::make_shared<std::string>();
  CLI::App& completion = tree.AddLocal(
      "completion",
      "Print a completion script for a shell. It knows every command, option and fixed word.",
      "edgeplane completion bash > /etc/bash_completion.d/edgeplane\n"
      "edgeplane completion zsh > \"${fpath[1]}/_edgeplane\"\n"
      "edgeplane completion fish > ~/.config/fish/completions/edgeplane.fish",
      [shell, &tree](const Invocation& invocation) -> Outcome {
        const std::vector<CompletionPlace> places = CompletionPlaces(tree);
        std::ostream& out = invocation.around.out;
        if (*shell == "bash") out << BashCompletion(places);
        if (*shell == "zsh") out << ZshCompletion(places);
        if (*shell == "fish") out << FishCompletion(places);
        return {};
      });
  CLI::Option* argument = completion.add_option("SHELL", *shell, "bash, zsh or fish.")->required();
  tree.Restrict(argument, {"bash", "zsh", "fish"});
}

}  // namespace edgeplane::cli
