#include "cli/help_formatter.h"

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
      usage += " " + option->get_name(true);
    } else if (option->get_required()) {
      usage += " " + Head(*option);
    }
  }
  return usage + " [OPTIONS]";
}

// In order of declaration, by group, in the order the groups first appear.
std::string Options(const CLI::App& app) {
  std::vector<std::string> order;
  std::map<std::string, std::string> sections;
  for (const CLI::Option* option : app.get_options()) {
    const std::string group = option->get_positional() ? "Arguments" : option->get_group();
    if (group.empty()) continue;  // hidden
    if (!sections.contains(group)) order.push_back(group);
    sections[group] += Entry(Head(*option), Description(*option));
  }
  std::string out;
  // The help flag is declared first, but nobody looks for it first.
  for (const bool own : {true, false}) {
    for (const std::string& group : order) {
      const bool is_general = group == "Calling the server";
      if (is_general != own) out += "\n" + group + ":\n" + sections[group];
    }
  }
  return out;
}

std::string Commands(const CLI::App& app) {
  std::string out;
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    const std::string description = command->get_description();
    // The first sentence is enough to choose by.
    out += Entry(command->get_name(), description.substr(0, description.find(". ")));
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
