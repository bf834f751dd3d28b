#include "cli/command_tree.h"

// Not named below, and still needed: App.hpp leaves the virtual functions of the
// configuration and formatter classes it instantiates to these.
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "base/version.h"
#include "cli/fixed_words.h"
#include "cli/help_formatter.h"
#include "cli/parse_failure.h"

namespace edgeplane::cli {
namespace {

constexpr char kConnectionGroup[] = "Calling the server";

constexpr std::string_view kExitCodes =
    "Exit codes:\n"
    "  0   done; a command that was waited for has COMPLETED\n"
    "  1   the server refused or failed, or the output could not be written\n"
    "  2   the command line, or a file it names, cannot be used; nothing has changed\n"
    "  3   there is no such agent, command, token, secret or refusal\n"
    "  4   the server could not be reached, or did not answer in time\n"
    "  5   not permitted: no admin token, or one the server does not accept\n"
    "  10  the command that was waited for FAILED\n"
    "  11  .. it EXPIRED\n"
    "  12  .. it was CANCELLED\n"
    "  13  .. it is IN_DOUBT\n"
    "  14  .. it had not ended when --max-wait was over\n"
    "  15  a simulation lost something, or does not know";

std::string ExamplesFooter(std::string_view lines) {
  std::string footer = "Examples:\n  ";
  for (const char c : lines) {
    footer += c;
    if (c == '\n') footer += "  ";
  }
  return footer;
}

void Report(const Outcome& outcome, std::ostream& err) {
  bool first = true;
  for (const std::string& line : outcome.lines) {
    err << (first ? "edgeplane: " : "") << line << '\n';
    first = false;
  }
}

}  // namespace

CommandTree::CommandTree() : root_("A control plane for fleets of edge agents.", "edgeplane") {
  root_.formatter(std::make_shared<HelpFormatter>());
  root_.set_help_flag("-h,--help", "Show this help, and end.");
  root_.set_version_flag("--version", "edgeplane " + std::string(Version()),
                         "Show the version, and end.");
  // One word at most on each level: without the limit CLI11 takes an argument
  // that happens to be called like a command ("agent") for that command.
  root_.require_subcommand(0, 1);
  AddClientOptions(root_, true);
  root_.footer(ExamplesFooter("edgeplane serve\n"
                              "edgeplane agent create --id edge_1 --phone +15551234568\n"
                              "edgeplane command send edge_1 reload --wait\n"
                              "edgeplane refusal list --since 1h") +
               "\n\n" + std::string(kExitCodes));
}

CLI::App& CommandTree::AddGroup(std::string name, std::string description,
                                const std::string& examples) {
  CLI::App* group = root_.add_subcommand(std::move(name), std::move(description));
  group->require_subcommand(0, 1);
  group->footer(ExamplesFooter(examples));
  AddClientOptions(*group, false);
  return *group;
}

CLI::App& CommandTree::AddLeaf(CLI::App& parent, std::string name, std::string description,
                               const std::string& examples, Action action) {
  CLI::App* leaf = parent.add_subcommand(std::move(name), std::move(description));
  leaf->require_subcommand(0, 0);
  leaf->footer(ExamplesFooter(examples));
  actions_[leaf] = std::move(action);
  return *leaf;
}

CLI::App& CommandTree::AddCall(CLI::App& parent, std::string name, std::string description,
                               const std::string& examples, Action action) {
  CLI::App& leaf =
      AddLeaf(parent, std::move(name), std::move(description), examples, std::move(action));
  AddClientOptions(leaf, true);
  return leaf;
}

CLI::App& CommandTree::AddLocal(std::string name, std::string description,
                                const std::string& examples, Action action, bool with_json) {
  return AddLocal(root_, std::move(name), std::move(description), examples, std::move(action),
                  with_json);
}

CLI::App& CommandTree::AddLocal(CLI::App& parent, std::string name, std::string description,
                                const std::string& examples, Action action, bool with_json) {
  CLI::App& leaf =
      AddLeaf(parent, std::move(name), std::move(description), examples, std::move(action));
  if (with_json) leaf.add_flag("--json", json_, "Print one JSON object.");
  return leaf;
}

void CommandTree::AddClientOptions(CLI::App& app, bool shown) {
  const auto add = [&](const char* name, const char* type, const char* meaning) {
    // Declared on every level so that it may stand anywhere; the last one given
    // is in force.
    app.add_option_function<std::string>(
           std::string("--") + name,
           [this, name](const std::string& value) { client_flags_[name] = value; }, meaning)
        ->type_name(type)
        ->take_last()
        ->group(shown ? kConnectionGroup : "");
  };
  add("server", "ADDR",
      "Where the operator's API listens, HOST:PORT. Default: what the data directory says; if none "
      "was named, else 127.0.0.1:9090. [EDGEPLANE_SERVER]");
  add("token-file", "FILE",
      "File with the admin token, readable by nobody else. Default: admin.token in the data "
      "directory. [EDGEPLANE_TOKEN_FILE]");
  add("data-dir", "DIR",
      "The server's data directory. Default: $XDG_DATA_HOME/edgeplane or "
      "~/.local/share/edgeplane. [EDGEPLANE_DATA_DIR]");
  add("timeout", "TIME", "How long one call may take. Default: 10s. [EDGEPLANE_TIMEOUT]");
  app.add_flag("--json", json_, "Print one JSON object instead of text for people.")
      ->group(shown ? kConnectionGroup : "");
}

// CLI11 runs a transform before the value reaches its target.
void CommandTree::Restrict(CLI::Option* option, std::vector<std::string> words) {
  words_[option] = words;
  option->transform(CLI::Validator(
      [words = std::move(words)](std::string& value) -> std::string {
        return Respell(value, words) ? std::string() : NoneOf(value, words);
      },
      ""));
}

void CommandTree::Offer(CLI::Option* option, std::vector<std::string> words) {
  words_[option] = words;
  option->transform(CLI::Validator(
      [words = std::move(words)](std::string& value) -> std::string {
        Respell(value, words);
        return {};
      },
      ""));
}

const std::vector<std::string>* CommandTree::WordsOf(const CLI::Option* option) const {
  const auto found = words_.find(option);
  return found == words_.end() ? nullptr : &found->second;
}

Outcome CommandTree::Parse(const std::vector<std::string>& args, const Surroundings& around,
                           bool& done) {
  done = true;
  if (args.empty()) {
    around.err << root_.help();
    return {ExitCode::kUsage, {}};
  }
  // CLI11 speaks in exceptions; they end here.
  try {
    root_.parse(std::vector<std::string>(args.rbegin(), args.rend()));
  } catch (const CLI::CallForHelp&) {
    around.out << root_.help();
    return {};
  } catch (const CLI::CallForVersion& version) {
    around.out << version.what() << '\n';
    return {};
  } catch (const CLI::ParseError& error) {
    return ParseFailure(error, root_);
  }
  done = false;
  return {};
}

std::optional<Outcome> CommandTree::CheckUnusedOptions(const CLI::App& leaf) const {
  for (const auto& [name, value] : client_flags_) {
    const std::string option = "--" + name;
    if (leaf.get_option_no_throw(option) == nullptr) {
      return UsageError(option + " has no meaning for `" + PathOf(leaf) + "`");
    }
  }
  if (json_ && leaf.get_option_no_throw("--json") == nullptr) {
    return UsageError("`" + PathOf(leaf) + "` has no --json");
  }
  return std::nullopt;
}

Outcome CommandTree::RunChosen(const Surroundings& around) {
  const CLI::App& leaf = ChosenCommand(root_);
  const auto action = actions_.find(&leaf);
  if (action == actions_.end()) return MissingCommand(leaf);
  if (std::optional<Outcome> unused = CheckUnusedOptions(leaf)) return *unused;
  return action->second(Invocation{around, client_flags_, json_, leaf});
}

ExitCode CommandTree::Run(const std::vector<std::string>& args, const Surroundings& around) {
  bool done = false;
  Outcome outcome = Parse(args, around, done);
  if (!done) outcome = RunChosen(around);
  // A full disk or a closed pipe must not look like success.
  around.out.flush();
  if (!around.out && outcome.ok()) {
    outcome = {ExitCode::kFailed, {"standard output could not be written"}};
  }
  Report(outcome, around.err);
  around.err.flush();
  return outcome.code;
}

std::string PathOf(const CLI::App& app) {
  // CLI11's parents are not const; nothing is changed.
  std::string path = app.get_name();
  const CLI::App* at = &app;
  while ((at = const_cast<CLI::App*>(at)->get_parent()) != nullptr) {
    path = at->get_name() + " " + path;
  }
  return path;
}

const CLI::App& ChosenCommand(const CLI::App& root) {
  const CLI::App* at = &root;
  for (;;) {
    const std::vector<CLI::App*> next = const_cast<CLI::App*>(at)->get_subcommands();
    if (next.empty()) return *at;
    at = next.front();
  }
}

}  // namespace edgeplane::cli
