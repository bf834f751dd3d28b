// bash and zsh: both walk the words typed so far to the place in the tree, then
// offer what that place has.
#include <cctype>

#include "cli/completion.h"
#include "cli/format.h"

namespace edgeplane::cli {
namespace {

// "case" branches that lead from a place and a word to the next place.
std::string Steps(const std::vector<CompletionPlace>& places, const std::string& indent) {
  std::string out;
  for (const CompletionPlace& place : places) {
    for (const auto& [name, description] : place.commands) {
      const std::string next = place.path.empty() ? name : place.path + " " + name;
      out += indent + "'" + place.path + "/" + name + "') place='" + next + "' ;;\n";
    }
  }
  return out;
}

std::string OptionNames(const CompletionPlace& place) {
  std::vector<std::string> names;
  for (const CompletionOption& option : place.options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return Join(names, " ");
}

std::string CommandWords(const CompletionPlace& place) {
  std::vector<std::string> words;
  for (const auto& [name, description] : place.commands) words.push_back(name);
  for (const CompletionOption& option : place.options) {
    if (option.names.empty()) words.insert(words.end(), option.words.begin(), option.words.end());
  }
  return Join(words, " ");
}

// "case" branches by place and option, for the values of options.
template <class Fixed>
std::string Values(const std::vector<CompletionPlace>& places, const Fixed& fixed,
                   const std::string& files) {
  std::string out;
  for (const CompletionPlace& place : places) {
    for (const CompletionOption& option : place.options) {
      if (!option.takes_value || option.names.empty()) continue;
      if (option.words.empty() && !option.takes_file) continue;
      std::vector<std::string> patterns;
      for (const std::string& name : option.names) {
        patterns.push_back("'" + place.path + "/" + name + "'");
      }
      out += "    " + Join(patterns, "|") + ") " +
             (option.takes_file ? files : fixed(Join(option.words, " "))) + "; return ;;\n";
    }
  }
  return out;
}

}  // namespace

std::string BashCompletion(const std::vector<CompletionPlace>& places) {
  const std::string value_options = Join(ValueOptions(places), "|");
  std::string out =
      "# bash completion for edgeplane; made by `edgeplane completion bash`.\n"
      "_edgeplane() {\n"
      "  local place='' word cur prev i\n"
      "  cur=${COMP_WORDS[COMP_CWORD]}\n"
      "  prev=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  COMPREPLY=()\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    word=${COMP_WORDS[i]}\n"
      "    case \"$word\" in\n"
      "      " +
      value_options +
      ") ((i++)); continue ;;\n"
      "    esac\n"
      "    case \"$place/$word\" in\n" +
      Steps(places, "      ") +
      "    esac\n"
      "  done\n"
      "  case \"$place/$prev\" in\n";
  out += Values(
      places,
      [](const std::string& words) {
        // In any case, as the commands take them; they are all in the same one.
        const bool upper = std::isupper(static_cast<unsigned char>(words.front())) != 0;
        return "COMPREPLY=($(compgen -W '" + words + "' -- \"${cur" + (upper ? "^^" : ",,") +
               "}\"))";
      },
      "compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- \"$cur\"))");
  out +=
      "  esac\n"
      "  case \"$prev\" in\n"
      "    " +
      value_options +
      ") return ;;\n"
      "  esac\n"
      "  local commands='' options=''\n"
      "  case \"$place\" in\n";
  for (const CompletionPlace& place : places) {
    out += "    '" + place.path + "') commands='" + CommandWords(place) + "' options='" +
           OptionNames(place) + "' ;;\n";
  }
  out +=
      "  esac\n"
      "  if [[ $cur == -* ]]; then\n"
      "    COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
      "  else\n"
      "    COMPREPLY=($(compgen -W \"$commands\" -- \"$cur\"))\n"
      "  fi\n"
      "}\n"
      "complete -F _edgeplane edgeplane\n";
  return out;
}

namespace {

// 'name:description', with the colons of both escaped as _describe wants it.
std::string ZshItem(const std::string& name, const std::string& description) {
  std::string item = "'" + name + ":";
  for (const char c : ShellQuoted(description)) {
    if (c == '\'') continue;
    if (c == ':') item += '\\';
    item += c;
  }
  return item + "'";
}

std::string ZshPlace(const CompletionPlace& place) {
  std::string commands;
  std::string options;
  for (const auto& [name, description] : place.commands) {
    commands += " " + ZshItem(name, description);
  }
  for (const CompletionOption& option : place.options) {
    for (const std::string& name : option.names) options += " " + ZshItem(name, option.description);
    if (!option.names.empty()) continue;
    for (const std::string& word : option.words) commands += " " + ZshItem(word, "");
  }
  return "    '" + place.path + "')\n      commands=(" + commands + " )\n      options=(" +
         options + " ) ;;\n";
}

}  // namespace

std::string ZshCompletion(const std::vector<CompletionPlace>& places) {
  const std::string value_options = Join(ValueOptions(places), "|");
  std::string out =
      "#compdef edgeplane\n"
      "# zsh completion for edgeplane; made by `edgeplane completion zsh`.\n"
      "_edgeplane() {\n"
      "  local place='' word cur prev\n"
      "  local -a commands options\n"
      "  local -i i\n"
      "  cur=${words[CURRENT]}\n"
      "  prev=${words[CURRENT-1]}\n"
      "  for ((i = 2; i < CURRENT; i++)); do\n"
      "    word=${words[i]}\n"
      "    case \"$word\" in\n"
      "      (" +
      value_options +
      ") ((i++)); continue ;;\n"
      "    esac\n"
      "    case \"$place/$word\" in\n" +
      Steps(places, "      ") +
      "    esac\n"
      "  done\n"
      "  case \"$place/$prev\" in\n";
  out += Values(
      places, [](const std::string& words) { return "compadd -- " + words; }, "_files");
  out +=
      "  esac\n"
      "  case \"$prev\" in\n"
      "    (" +
      value_options +
      ") return ;;\n"
      "  esac\n"
      "  case \"$place\" in\n";
  for (const CompletionPlace& place : places) out += ZshPlace(place);
  out +=
      "  esac\n"
      "  if [[ $cur == -* ]]; then\n"
      "    _describe -o 'option' options\n"
      "  else\n"
      "    (( ${#commands} )) && _describe 'command' commands\n"
      "  fi\n"
      "}\n"
      // Works sourced as well as from a directory of $fpath.
      "if [[ $funcstack[1] == _edgeplane ]]; then\n"
      "  _edgeplane \"$@\"\n"
      "else\n"
      "  compdef _edgeplane edgeplane\n"
      "fi\n";
  return out;
}

}  // namespace edgeplane::cli
