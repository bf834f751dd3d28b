#include "base/uuid.h"

#include <cstdint>

#include "base/crypto.h"
#include "base/encoding.h"

namespace edgeplane {
namespace {

constexpr size_t kBytes = 16;
constexpr size_t kTextLength = 36;

bool IsHyphenAt(size_t index) { return index == 8 || index == 13 || index == 18 || index == 23; }

bool IsHexDigit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

// RFC 9562, 5.7: 48 bits of unix milliseconds, version 7, 12 random bits,
// variant 10, 62 random bits.
std::string NewUuid(Time now) {
  std::string bytes = RandomBytes(kBytes);
  auto millis = static_cast<uint64_t>(
      std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count());
  for (size_t i = 0; i < 6; ++i) bytes[i] = static_cast<char>(millis >> (40 - 8 * i));
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x70);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);

  std::string hex = HexEncode(bytes);
  std::string text;
  text.reserve(kTextLength);
  for (char digit : hex) {
    if (IsHyphenAt(text.size())) text += '-';
    text += digit;
  }
  return text;
}

bool IsUuid(std::string_view text) {
  if (text.size() != kTextLength) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsHyphenAt(i) ? text[i] != '-' : !IsHexDigit(text[i])) return false;
  }
  return true;
}

std::string CanonicalUuid(std::string uuid) {
  for (char& c : uuid) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  return uuid;
}

}  // namespace edgeplane
