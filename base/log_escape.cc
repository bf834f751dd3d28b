#include "base/log_escape.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

#include "base/encoding.h"

namespace edgeplane {
namespace {

constexpr size_t kTextMax = 2048;

struct Style {
  bool quotes;                  // escape " and \ too
  std::string_view stray_byte;  // what stands before its two hex digits
};
constexpr Style kPlain{false, "\\x"};
constexpr Style kQuoted{true, "\\x"};
constexpr Style kJson{true, "\\\\x"};

bool IsBare(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("._:/+@-").find(c) != std::string_view::npos;
}

// `sequence` is valid UTF-8.
uint32_t CodePoint(std::string_view sequence) {
  const auto lead = static_cast<uint8_t>(sequence[0]);
  if (sequence.size() == 1) return lead;
  uint32_t code = lead & (0x7fU >> sequence.size());
  for (char c : sequence.substr(1)) code = code << 6 | (static_cast<uint8_t>(c) & 0x3fU);
  return code;
}

bool IsHarmful(uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code <= 0x9f) ||  // C0, DEL, C1
         code == 0x061c || code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

void AppendEscape(std::string& line, uint32_t code) {
  switch (code) {
    case '\n':
      line += "\\n";
      return;
    case '\r':
      line += "\\r";
      return;
    case '\t':
      line += "\\t";
      return;
    default:
      break;
  }
  std::array<char, 8> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "\\u%04x", code & 0xffffU);
  line += buffer.data();
}

void AppendStrayByte(std::string& line, char byte, const Style& style) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto value = static_cast<uint8_t>(byte);
  line += style.stray_byte;
  line += kDigits[value >> 4];
  line += kDigits[value & 0x0f];
}

void AppendEscaped(std::string& line, std::string_view text, const Style& style) {
  std::string_view rest = CutUtf8(text, kTextMax);
  while (!rest.empty()) {
    const size_t length = Utf8SequenceLength(rest);
    if (length == 0) {
      AppendStrayByte(line, rest.front(), style);
      rest.remove_prefix(1);
      continue;
    }
    const std::string_view sequence = rest.substr(0, length);
    const uint32_t code = CodePoint(sequence);
    if (IsHarmful(code)) {
      AppendEscape(line, code);
    } else {
      if (style.quotes && (code == '"' || code == '\\')) line += '\\';
      line += sequence;
    }
    rest.remove_prefix(length);
  }
  if (text.size() > kTextMax) line += "...";
}

}  // namespace

void AppendPlainText(std::string& line, std::string_view text) {
  AppendEscaped(line, text, kPlain);
}

void AppendTextValue(std::string& line, std::string_view text) {
  if (!text.empty() && text.size() <= kTextMax && std::all_of(text.begin(), text.end(), IsBare)) {
    line += text;
    return;
  }
  line += '"';
  AppendEscaped(line, text, kQuoted);
  line += '"';
}

void AppendJsonText(std::string& line, std::string_view text) {
  line += '"';
  AppendEscaped(line, text, kJson);
  line += '"';
}

}  // namespace edgeplane
