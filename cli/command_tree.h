// The commands of the command line: one CLI11 tree, what each of its leaves
// does, and what completion scripts need to know that CLI11 does not keep.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/invocation.h"
#include "cli/outcome.h"
#include "cli/surroundings.h"

namespace edgeplane::cli {

using Action = std::function<Outcome(const Invocation&)>;

// Build it, then Run it once.
class CommandTree {
 public:
  CommandTree();
  CommandTree(const CommandTree&) = delete;
  CommandTree& operator=(const CommandTree&) = delete;

  [[nodiscard]] CLI::App& root() { return root_; }
  [[nodiscard]] const CLI::App& root() const { return root_; }

  // A word that only groups commands: `edgeplane agent`. `examples` are command
  // lines, one per line.
  CLI::App& AddGroup(std::string name, std::string description, const std::string& examples);

  // A command that calls the server: it takes --server, --token-file,
  // --data-dir, --timeout and --json, as do the words before it.
  CLI::App& AddCall(CLI::App& parent, std::string name, std::string description,
                    const std::string& examples, Action action);

  // A command that does not. `with_json`: it takes --json.
  CLI::App& AddLocal(CLI::App& parent, std::string name, std::string description,
                     const std::string& examples, Action action, bool with_json = false);
  CLI::App& AddLocal(std::string name, std::string description, const std::string& examples,
                     Action action, bool with_json = false);

  // The words an option or argument may be; a value is checked against them
  // and given in this spelling, whatever its case and with '-' for '_'.
  void Restrict(CLI::Option* option, std::vector<std::string> words);
  // The same for a value that somebody else checks: others go through.
  void Offer(CLI::Option* option, std::vector<std::string> words);
  [[nodiscard]] const std::vector<std::string>* WordsOf(const CLI::Option* option) const;

  // Values of --server, --token-file, --data-dir and --timeout, where given.
  [[nodiscard]] const ClientFlags& client_flags() const { return client_flags_; }

  // `args` without the program's name. Parses, runs what was asked for, and
  // says on `around.err` what went wrong.
  ExitCode Run(const std::vector<std::string>& args, const Surroundings& around);

 private:
  CLI::App& AddLeaf(CLI::App& parent, std::string name, std::string description,
                    const std::string& examples, Action action);
  void AddClientOptions(CLI::App& app, bool shown);
  Outcome Parse(const std::vector<std::string>& args, const Surroundings& around, bool& done);
  Outcome RunChosen(const Surroundings& around);
  std::optional<Outcome> CheckUnusedOptions(const CLI::App& leaf) const;

  CLI::App root_;
  std::map<const CLI::App*, Action> actions_;
  std::map<const CLI::Option*, std::vector<std::string>> words_;
  ClientFlags client_flags_;
  bool json_ = false;
};

// "edgeplane command send": the words that lead to a command.
std::string PathOf(const CLI::App& app);

// The deepest command that was named.
const CLI::App& ChosenCommand(const CLI::App& root);

}  // namespace edgeplane::cli
