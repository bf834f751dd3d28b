#include "cli/parse_failure.h"

#include <string>
#include <vector>

#include "base/setting_suggestion.h"
#include "cli/command_tree.h"
#include "cli/escape.h"
#include "cli/format.h"

namespace edgeplane::cli {
namespace {

std::string SeeHelp(const CLI::App& app) { return "See `" + PathOf(app) + " --help`."; }

std::vector<std::string> OptionNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// Where JSON that stands by itself belongs, for a command that takes some.
std::string JsonOption(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_type_name() == "JSON") return option->get_name();
  }
  return {};
}

// The first one that has to be given, by name, and was not.
std::string MissingOption(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_required() && !option->get_positional() && option->count() == 0) {
      return option->get_name();
    }
  }
  return {};
}

}  // namespace

Outcome UnknownWord(const std::string& word, const CLI::App& app) {
  const bool is_option = word.size() > 1 && word.starts_with('-');
  const std::vector<std::string> commands = CommandNames(app);
  std::string line;
  std::string meant;
  if (is_option) {
    const std::string name = word.substr(0, word.find('='));
    line = "`" + PathOf(app) + "` has no option " + EscapeForTerminal(name);
    meant = NearestName(name, OptionNames(app));
  } else if (!commands.empty()) {
    line = "there is no command `" + PathOf(app) + " " + EscapeForTerminal(word) + "`";
    meant = NearestName(word, commands);
  } else {
    line =
        "`" + PathOf(app) + "` does not know what to do with \"" + EscapeForTerminal(word) + "\"";
    const bool is_json = word.starts_with('{') || word.starts_with('[') || word.starts_with('@');
    meant = is_json ? JsonOption(app) : MissingOption(app);
    if (!is_json && !meant.empty()) meant += " " + EscapeForTerminal(word);
  }
  if (!meant.empty()) line += "; did you mean " + meant + "?";
  return {ExitCode::kUsage, {line, SeeHelp(app)}};
}

const CLI::App* FindCommand(const CLI::App& app, const std::string& name) {
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    if (command->get_name() == name) return command;
  }
  return nullptr;
}

std::vector<std::string> CommandNames(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    names.push_back(command->get_name());
  }
  return names;
}

Outcome MissingCommand(const CLI::App& group) {
  return {ExitCode::kUsage,
          {"`" + PathOf(group) + "` needs one more word: " + Join(CommandNames(group), ", "),
           SeeHelp(group)}};
}

Outcome ParseFailure(const CLI::ParseError& error, const CLI::App& root) {
  const CLI::App& chosen = ChosenCommand(root);
  const std::vector<std::string> rest = root.remaining(true);
  // CLI11 looks for what is missing first; a word it did not know is often the
  // very reason that something is.
  if (!rest.empty() && rest.front() != "--") return UnknownWord(rest.front(), chosen);
  std::string line = EscapeForTerminal(error.what());
  // "--server: 1 required ADDR missing", in CLI11's words.
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    line = line.substr(0, line.find(':')) + " needs a value";
  }
  return {ExitCode::kUsage, {std::move(line), SeeHelp(chosen)}};
}

}  // namespace edgeplane::cli
