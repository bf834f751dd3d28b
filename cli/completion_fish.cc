#include "cli/completion.h"
#include "cli/format.h"

namespace edgeplane::cli {
namespace {

std::string OptionLine(const CompletionPlace& place, const CompletionOption& option) {
  std::string line = "complete -c edgeplane -n \"__edgeplane_at '" + place.path + "'\"";
  for (const std::string& name : option.names) {
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (option.takes_value) line += option.takes_file ? " -r -F" : " -x";
  if (!option.words.empty()) line += " -a " + ShellQuoted(Join(option.words, " "));
  return line + " -d " + ShellQuoted(option.description) + "\n";
}

}  // namespace

std::string FishCompletion(const std::vector<CompletionPlace>& places) {
  std::string out =
      "# fish completion for edgeplane; made by `edgeplane completion fish`.\n"
      "function __edgeplane_at\n"
      "  set -l place ''\n"
      "  set -l skip 0\n"
      "  for word in (commandline -opc)[2..-1]\n"
      "    if test $skip = 1\n"
      "      set skip 0\n"
      "      continue\n"
      "    end\n"
      "    switch \"$word\"\n"
      "      case " +
      Join(ValueOptions(places), " ") +
      "\n"
      "        set skip 1\n"
      "        continue\n"
      "    end\n"
      "    switch \"$place/$word\"\n";
  for (const CompletionPlace& place : places) {
    for (const auto& [name, description] : place.commands) {
      const std::string next = place.path.empty() ? name : place.path + " " + name;
      out += "      case '" + place.path + "/" + name + "'\n        set place '" + next + "'\n";
    }
  }
  out +=
      "    end\n"
      "  end\n"
      "  test \"$place\" = \"$argv[1]\"\n"
      "end\n"
      "complete -c edgeplane -f\n";
  for (const CompletionPlace& place : places) {
    const std::string at = "complete -c edgeplane -n \"__edgeplane_at '" + place.path + "'\"";
    for (const auto& [name, description] : place.commands) {
      out += at + " -a " + name + " -d " + ShellQuoted(description) + "\n";
    }
    for (const CompletionOption& option : place.options) {
      if (!option.names.empty()) {
        out += OptionLine(place, option);
      } else if (!option.words.empty()) {
        out += at + " -a " + ShellQuoted(Join(option.words, " ")) + "\n";
      }
    }
  }
  return out;
}

}  // namespace edgeplane::cli
