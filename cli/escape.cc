#include "cli/escape.h"

#include <locale.h>

#include <algorithm>
#include <clocale>
#include <cwchar>
#include <iomanip>
#include <sstream>
#include <utility>

namespace edgeplane::cli {
namespace {

struct Decoded {
  char32_t code = 0;
  size_t length = 0;  // 0: not UTF-8 here
};

// One character of UTF-8 (RFC 3629): no overlong forms, no surrogates.
Decoded DecodeUtf8(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  size_t length = 0;
  char32_t code = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
    code = lead & 0x1F;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    code = lead & 0x0F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    code = lead & 0x07;
  }
  if (length == 0 || text.size() < length) return {};
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return {};
    code = (code << 6) | (next & 0x3F);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (overlong || surrogate || code > 0x10FFFF) return {};
  return {code, length};
}

bool IsControl(char32_t code) { return code < 0x20 || (code >= 0x7F && code <= 0x9F); }

// Format characters that hide, join or reorder, line and paragraph separators,
// the tag block, and private use (terminals' fonts show anything there).
bool IsInvisible(char32_t code) {
  return code == 0xAD || code == 0x61C || code == 0x115F || code == 0x1160 || code == 0x3164 ||
         (code >= 0x180B && code <= 0x180F) || (code >= 0x200B && code <= 0x200F) ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
         code == 0xFEFF || (code >= 0xFFF9 && code <= 0xFFFB) ||
         (code >= 0xE000 && code <= 0xF8FF) || (code >= 0xE0000 && code <= 0xE0FFF) ||
         code >= 0xF0000;
}

void AppendHex(std::string& out, char32_t code, int digits) {
  std::ostringstream text;
  text << std::hex << std::setfill('0') << std::setw(digits) << static_cast<uint32_t>(code);
  out += text.str();
}

void AppendControl(std::string& out, char32_t code) {
  switch (code) {
    case '\n':
      out += "\\n";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\r':
      out += "\\r";
      return;
    default:
      out += "\\x";
      AppendHex(out, code, 2);
  }
}

// Widths must not depend on the locale the operator happens to have.
locale_t WidthLocale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

// While it lives, wcwidth knows wide characters on this thread.
class WideLocale {
 public:
  WideLocale() : before_(WidthLocale() == nullptr ? nullptr : uselocale(WidthLocale())) {}
  ~WideLocale() {
    if (before_ != nullptr) uselocale(before_);
  }
  WideLocale(const WideLocale&) = delete;
  WideLocale& operator=(const WideLocale&) = delete;

 private:
  const locale_t before_;
};

// The first character, which is taken off `text`, and its columns.
std::pair<std::string_view, size_t> TakeOne(std::string_view& text) {
  const Decoded decoded = DecodeUtf8(text);
  const size_t length = std::max<size_t>(decoded.length, 1);
  const std::string_view bytes = text.substr(0, length);
  text.remove_prefix(length);
  if (decoded.length == 0 || decoded.code < 0x80) return {bytes, 1};
  const int columns = wcwidth(static_cast<wchar_t>(decoded.code));
  return {bytes, columns < 0 ? 1 : static_cast<size_t>(columns)};
}

}  // namespace

std::string EscapeForTerminal(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Decoded decoded = DecodeUtf8(text);
    if (decoded.length == 0) {
      AppendControl(out, static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    if (IsControl(decoded.code)) {
      AppendControl(out, decoded.code);
    } else if (IsInvisible(decoded.code)) {
      out += "\\u{";
      AppendHex(out, decoded.code, 4);
      out += '}';
    } else {
      out += text.substr(0, decoded.length);
    }
    text.remove_prefix(decoded.length);
  }
  return out;
}

size_t DisplayWidth(std::string_view text) {
  const WideLocale wide;
  size_t width = 0;
  while (!text.empty()) width += TakeOne(text).second;
  return width;
}

std::string CutToWidth(std::string_view text, size_t columns) {
  if (DisplayWidth(text) <= columns) return std::string(text);
  const WideLocale wide;
  std::string cut;
  for (size_t left = columns - 1;;) {
    const auto [bytes, width] = TakeOne(text);
    if (width > left) break;
    left -= width;
    cut += bytes;
  }
  return cut + "\u2026";
}

}  // namespace edgeplane::cli
