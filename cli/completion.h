// Completion scripts, generated from the tree of commands: they can not fall
// behind it.
#pragma once

#include <string>
#include <vector>

#include "cli/command_tree.h"

namespace edgeplane::cli {

// What a shell has to know about one option or argument.
struct CompletionOption {
  std::vector<std::string> names;  // with their dashes; empty for an argument
  std::string description;         // first sentence
  bool takes_value = false;
  bool takes_file = false;
  std::vector<std::string> words;  // what the value may be, where it is one of a few
};

// One place in the tree: "agent list". The root is "".
struct CompletionPlace {
  std::string path;
  std::vector<std::pair<std::string, std::string>> commands;  // name, description
  std::vector<CompletionOption> options;
};

// Every place, the root first.
std::vector<CompletionPlace> CompletionPlaces(const CommandTree& tree);

std::string BashCompletion(const std::vector<CompletionPlace>& places);
std::string ZshCompletion(const std::vector<CompletionPlace>& places);
std::string FishCompletion(const std::vector<CompletionPlace>& places);

// The names of all options that take a value, each once: a shell skips the word
// after one of them when it looks for commands.
std::vector<std::string> ValueOptions(const std::vector<CompletionPlace>& places);

// In single quotes, for sh, zsh and fish alike: text with ' or \ loses them, as
// the three differ in how to escape them.
std::string ShellQuoted(std::string_view text);

}  // namespace edgeplane::cli
