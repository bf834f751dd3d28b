// The configuration file:
//
//   file    = *( line LF )
//   line    = blanks [ name blanks "=" blanks value blanks ] [ comment ]
//   value   = quoted / *character       ; without '#' after a blank
//   quoted  = DQUOTE *( character / "\" DQUOTE / "\\" ) DQUOTE
//   comment = "#" *character
#include <algorithm>

#include "base/encoding.h"
#include "base/setting.h"
#include "base/setting_text.h"

namespace edgeplane {
namespace {

constexpr size_t kValueBytesMax = 32 * 1024;

Error Refuse(size_t line, const std::string& why) {
  return MakeError(v1::ErrorReason::INVALID_FIELD, "line " + std::to_string(line) + ": " + why);
}

std::string_view WithoutComment(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t')) {
      return text.substr(0, i);
    }
  }
  return text;
}

bool IsSettingName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// `text` begins with a double quote.
Result<std::string> ReadQuoted(size_t line, std::string_view text) {
  std::string value;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      if (!TrimBlanks(WithoutComment(text.substr(i + 1))).empty()) {
        return Refuse(line, "something follows the closing quote.");
      }
      return value;
    }
    if (text[i] == '\\') {
      ++i;
      if (i == text.size() || (text[i] != '"' && text[i] != '\\')) {
        return Refuse(line, R"(in quotes, \ stands only before " or \.)");
      }
    }
    value += text[i];
  }
  return Refuse(line, "the closing quote is missing.");
}

Result<std::string> ReadValue(size_t line, std::string_view text) {
  text = TrimBlanks(text);
  if (text.starts_with('"')) return ReadQuoted(line, text);
  return std::string(TrimBlanks(WithoutComment(text)));
}

}  // namespace

Result<SettingSet::Values> ParseSettingsFile(std::string_view content) {
  SettingSet::Values values;
  std::map<std::string, size_t> lines;
  size_t line = 0;
  while (!content.empty()) {
    ++line;
    const size_t end = std::min(content.find('\n'), content.size());
    std::string_view text = TrimBlanks(content.substr(0, end));
    content.remove_prefix(std::min(end + 1, content.size()));
    if (text.empty() || text.front() == '#') continue;
    if (!IsValidUtf8(text) || text.find('\0') != std::string_view::npos) {
      return Refuse(line, "this is not UTF-8 text.");
    }
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) return Refuse(line, "write name = value.");
    std::string name(TrimBlanks(text.substr(0, equals)));
    if (!IsSettingName(name)) {
      return Refuse(line, "a name is made of small letters, digits and hyphens.");
    }
    Result<std::string> value = ReadValue(line, text.substr(equals + 1));
    if (!value) return value.error();
    if (value->size() > kValueBytesMax) return Refuse(line, "the value is too long.");
    const auto [earlier, is_new] = lines.emplace(name, line);
    if (!is_new) {
      return Refuse(line,
                    name + " was set in line " + std::to_string(earlier->second) + " already.");
    }
    values.emplace(std::move(name), *std::move(value));
  }
  return values;
}

}  // namespace edgeplane
