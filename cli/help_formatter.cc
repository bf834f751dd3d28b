#include "cli/help_formatter.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "cli/command_tree.h"

namespace edgeplane::cli {
namespace {

constexpr size_t kColumns = 80;
constexpr size_t kIndent = 26;  // where descriptions begin

// `text` in lines of at most kColumns, the first of which begins at column
// `used` and the others at `indent`.
std::string Wrap(const std::string& text, size_t indent, size_t used) {
  std::string out;
  size_t column = used;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const bool begins = column == indent;
    if (!begins && column + 1 + word.size() > kColumns) {
      out += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (!begins) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

std::string Entry(const std::string& head, const std::string& description) {
  std::string out = "  " + head;
  if (description.empty()) return out + '\n';
  if (out.size() + 2 > kIndent) {
    out += '\n' + std::string(kIndent, ' ');
  } else {
    out += std::string(kIndent - out.size(), ' ');
  }
  return out + Wrap(description, kIndent, kIndent) + '\n';
}

std::string Head(const CLI::Option& option) {
  if (option.get_positional()) return option.get_name(true);
  std::string head;
  for (const std::string& name : option.get_snames()) head += "-" + name + ", ";
  for (const std::string& name : option.get_lnames()) head += "--" + name + ", ";
  head.resize(head.size() - 2);
  if (option.get_items_expected_max() > 0) head += " " + option.get_type_name();
  return head;
}

std::string Description(const CLI::Option& option) {
  std::string text = option.get_description();
  if (option.get_required() && !option.get_positional()) text += " Required.";
  return text;
}

std::string Usage(const CLI::App& app) {
  std::string usage = "Usage: " + PathOf(app);
  if (!app.get_subcommands(nullptr).empty()) return usage + " COMMAND [OPTIONS]";
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      const std::string name = option->get_name(true);
      usage += option->get_required() ? " " + name : " [" + name + "]";
    } else if (option->get_required()) {
      usage += " " + Head(*option);
    }
  }
  return usage + " [OPTIONS]";
}

constexpr char kArguments[] = "Arguments";
constexpr char kGeneral[] = "Calling the server";

// In order of declaration, by group: arguments first, what every call takes
// last. CLI11 declares the help flag before all others; it comes after them.
std::string Options(const CLI::App& app) {
  std::vector<const CLI::Option*> options = app.get_options();
  std::stable_partition(options.begin(), options.end(), [&](const CLI::Option* option) {
    return option != app.get_help_ptr() && option != app.get_version_ptr();
  });
  std::vector<std::string> groups = {kArguments};
  std::map<std::string, std::string> entries;
  for (const CLI::Option* option : options) {
    const std::string group = option->get_positional() ? kArguments : option->get_group();
    if (group.empty()) continue;  // hidden
    if (!entries.contains(group) && group != kArguments) groups.push_back(group);
    entries[group] += Entry(Head(*option), Description(*option));
  }
  std::stable_partition(groups.begin(), groups.end(),
                        [](const std::string& group) { return group != kGeneral; });
  std::string out;
  for (const std::string& group : groups) {
    if (entries.contains(group)) out += "\n" + group + ":\n" + entries[group];
  }
  return out;
}

std::string Commands(const CLI::App& app) {
  std::string out;
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    // The first sentence is enough to choose by.
    std::string description = command->get_description();
    description.resize(std::min(description.find(". "), description.size()));
    if (description.ends_with('.')) description.pop_back();
    out += Entry(command->get_name(), description);
  }
  return out.empty() ? out : "\nCommands:\n" + out;
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* app, std::string, CLI::AppFormatMode) const {
  std::string help = Wrap(app->get_description(), 0, 0) + "\n\n" + Usage(*app) + "\n";
  help += Commands(*app);
  help += Options(*app);
  if (!app->get_footer().empty()) help += "\n" + app->get_footer() + "\n";
  return help;
}

}  // namespace edgeplane::cli
