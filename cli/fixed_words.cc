#include "cli/fixed_words.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "base/setting_suggestion.h"
#include "cli/escape.h"
#include "cli/format.h"

namespace edgeplane::cli {
namespace {

constexpr size_t kListedMax = 12;

std::string Normalised(std::string_view word) {
  std::string text(word);
  std::ranges::transform(text, text.begin(), [](unsigned char c) {
    return c == '-' ? '_' : static_cast<char>(std::tolower(c));
  });
  return text;
}

}  // namespace

bool Respell(std::string& value, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (Normalised(word) != Normalised(value)) continue;
    value = word;
    return true;
  }
  return false;
}

std::string NoneOf(const std::string& value, const std::vector<std::string>& words) {
  std::vector<std::string> normalised;
  for (const std::string& word : words) normalised.push_back(Normalised(word));
  std::string meant = NearestName(Normalised(value), normalised);
  const bool near = Respell(meant, words);
  std::string said = "\"" + EscapeForTerminal(value) + "\" is ";
  // A list of many words would hide the one.
  said += near && words.size() > kListedMax ? "not known" : "not one of " + Join(words, ", ");
  if (near) said += "; did you mean " + meant + "?";
  return said;
}

}  // namespace edgeplane::cli
