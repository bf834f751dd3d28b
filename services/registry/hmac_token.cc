#include "services/registry/hmac_token.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/crypto.h"
#include "base/encoding.h"

namespace edgeplane::registry {
namespace {

// token  = base64(signed ":" mac)           RFC 4648; agents pad, we do not insist,
//                                           and the URL alphabet is taken too
// signed = id ":" phone ":" ts
// id     = ALNUM *127(ALNUM / "." / "_" / "-")
// phone  = *32(%x20-39 / %x3B-7E)           printable, no colon; not interpreted
// ts     = 1*12DIGIT                        unix seconds, to the end of year 9999
// mac    = 64HEXDIG                         HMAC-SHA256(secret, signed), either case
//
// A bearer is taken for a token when it is base64 of printable ASCII that begins
// with id ":". A raw secret of 64 hex digits is base64 as well, but of 48 bytes
// that are not printable but for one in 10^20.
constexpr size_t kIdMax = 128;
constexpr size_t kPhoneMax = 32;
constexpr size_t kTimeDigitsMax = 12;
constexpr int64_t kTimeMax = 253'402'300'799;  // 9999-12-31T23:59:59Z
constexpr size_t kMacDigits = 64;

bool IsAlnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool IsId(std::string_view text) {
  return !text.empty() && text.size() <= kIdMax && IsAlnum(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return IsAlnum(c) || c == '.' || c == '_' || c == '-'; });
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c <= 0x7e; });
}

// The part up to the next colon, which is taken off with it; nothing where there
// is no colon.
std::optional<std::string_view> NextPart(std::string_view& rest) {
  const size_t colon = rest.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view part = rest.substr(0, colon);
  rest.remove_prefix(colon + 1);
  return part;
}

std::optional<int64_t> ParseSeconds(std::string_view text) {
  if (text.empty() || text.size() > kTimeDigitsMax || text.front() == '-') return std::nullopt;
  int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || end != text.data() + text.size() || seconds > kTimeMax) {
    return std::nullopt;
  }
  return seconds;
}

std::string SignedText(const TokenClaims& claims) {
  const int64_t seconds = ToMicros(claims.mint_time) / 1'000'000;
  return claims.agent_id + ":" + claims.phone + ":" + std::to_string(seconds);
}

}  // namespace

TokenParse ParseToken(std::string_view bearer) {
  const std::optional<std::string> text = Base64Decode(bearer);
  if (!text || !IsPrintable(*text)) return NotAToken{};
  std::string_view rest = *text;
  const std::optional<std::string_view> id = NextPart(rest);
  if (!id || !IsId(*id)) return NotAToken{};

  const std::optional<std::string_view> phone = NextPart(rest);
  if (!phone) return MalformedToken{"it ends after ID: no second colon follows"};
  if (phone->size() > kPhoneMax) {
    return MalformedToken{"PHONE has " + std::to_string(phone->size()) + " characters, at most " +
                          std::to_string(kPhoneMax) + " are allowed"};
  }
  const std::optional<std::string_view> time = NextPart(rest);
  if (!time) return MalformedToken{"it ends after PHONE: no third colon follows"};
  const std::optional<int64_t> seconds = ParseSeconds(*time);
  if (!seconds)
    return MalformedToken{"TS is not a count of seconds since 1970 before the year 10000"};
  if (rest.size() != kMacDigits) {
    return MalformedToken{"HEX has " + std::to_string(rest.size()) + " characters instead of " +
                          std::to_string(kMacDigits)};
  }
  std::optional<std::string> mac = HexDecode(rest);
  if (!mac) return MalformedToken{"HEX holds something other than hexadecimal digits"};

  ParsedToken token;
  token.claims.agent_id = *id;
  token.claims.phone = *phone;
  token.claims.mint_time = FromMicros(*seconds * 1'000'000);
  token.signed_text = text->substr(0, text->size() - kMacDigits - 1);
  token.mac = *std::move(mac);
  return token;
}

std::string MintToken(std::string_view secret, const TokenClaims& claims) {
  const std::string text = SignedText(claims);
  return Base64Encode(text + ":" + HexEncode(HmacSha256(secret, text)));
}

}  // namespace edgeplane::registry
