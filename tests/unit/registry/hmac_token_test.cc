#include "services/registry/hmac_token.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/crypto.h"
#include "base/encoding.h"

namespace edgeplane::registry {
namespace {

constexpr char kSecret[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

TokenClaims Claims() {
  return {"edge_15551234568", "+15551234568", FromMicros(1'769'760'000'000'000)};
}

std::string Departure(const TokenParse& parse) {
  const auto* malformed = std::get_if<MalformedToken>(&parse);
  return malformed == nullptr ? "" : malformed->departure;
}

std::string Mac() { return std::string(64, 'a'); }

TEST(HmacToken, IsMintedAsAgentsDo) {
  // As PROTOCOL has it, computed apart from MintToken.
  const std::string text = "edge_15551234568:+15551234568:1769760000";
  const std::string expected = Base64Encode(text + ":" + HexEncode(HmacSha256(kSecret, text)));
  EXPECT_EQ(MintToken(kSecret, Claims()), expected);
}

TEST(HmacToken, ParsesWhatWasMinted) {
  const TokenParse parse = ParseToken(MintToken(kSecret, Claims()));
  const auto* token = std::get_if<ParsedToken>(&parse);
  ASSERT_NE(token, nullptr);
  EXPECT_EQ(token->claims.agent_id, "edge_15551234568");
  EXPECT_EQ(token->claims.phone, "+15551234568");
  EXPECT_EQ(token->claims.mint_time, Claims().mint_time);
  EXPECT_EQ(token->signed_text, "edge_15551234568:+15551234568:1769760000");
  EXPECT_EQ(token->mac, HmacSha256(kSecret, token->signed_text));
}

TEST(HmacToken, TakesHexInEitherCaseAndBase64WithoutPaddingAndInTheUrlAlphabet) {
  // The characters ~ and > give '/' and '+' in base64; the id may not hold them,
  // so put them into the phone.
  const std::string signed_text = "ab:~~>>~>:1769760000";
  std::string mac = HexEncode(HmacSha256(kSecret, signed_text));
  for (char& c : mac) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::string encoded = Base64Encode(signed_text + ":" + mac);
  for (char& c : encoded) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (encoded.back() == '=') encoded.pop_back();
  const TokenParse parse = ParseToken(encoded);
  const auto* token = std::get_if<ParsedToken>(&parse);
  ASSERT_NE(token, nullptr);
  EXPECT_EQ(token->mac, HmacSha256(kSecret, signed_text));
  EXPECT_EQ(token->claims.phone, "~~>>~>");
}

TEST(HmacToken, ARawSecretIsNoToken) {
  EXPECT_TRUE(std::holds_alternative<NotAToken>(ParseToken(kSecret)));
  EXPECT_TRUE(std::holds_alternative<NotAToken>(ParseToken("")));
  EXPECT_TRUE(std::holds_alternative<NotAToken>(ParseToken("correct horse battery staple")));
  // Printable base64, but nothing like an id and a colon.
  EXPECT_TRUE(std::holds_alternative<NotAToken>(ParseToken(Base64Encode("hello world"))));
  EXPECT_TRUE(std::holds_alternative<NotAToken>(ParseToken(Base64Encode("-id:1:2:3"))));
  EXPECT_TRUE(std::holds_alternative<NotAToken>(
      ParseToken(Base64Encode(std::string(129, 'a') + ":1:2:3"))));
  EXPECT_TRUE(std::holds_alternative<NotAToken>(ParseToken(Base64Encode("id:1:2\n:3"))));
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(32, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    EXPECT_TRUE(std::holds_alternative<NotAToken>(ParseToken(HexEncode(bytes))));
  }
}

TEST(HmacToken, SaysWhereItDeparts) {
  const auto departure = [](const std::string& text) {
    return Departure(ParseToken(Base64Encode(text)));
  };
  EXPECT_EQ(departure("id:"), "it ends after ID: no second colon follows");
  EXPECT_EQ(departure("id:phone"), "it ends after ID: no second colon follows");
  EXPECT_EQ(departure("id:phone:12"), "it ends after PHONE: no third colon follows");
  EXPECT_EQ(departure("id:" + std::string(33, '1') + ":12:" + Mac()),
            "PHONE has 33 characters, at most 32 are allowed");
  for (const char* time : {"", "-1", "+1", "1.5", "12a", " 1", "1234567890123", "253402300800"}) {
    EXPECT_EQ(departure("id:phone:" + std::string(time) + ":" + Mac()),
              "TS is not a count of seconds since 1970 before the year 10000")
        << time;
  }
  EXPECT_EQ(departure("id:phone:12:abc"), "HEX has 3 characters instead of 64");
  EXPECT_EQ(departure("id:phone:12:" + Mac() + ":"), "HEX has 65 characters instead of 64");
  EXPECT_EQ(departure("id:phone:12:" + std::string(64, 'g')),
            "HEX holds something other than hexadecimal digits");
  EXPECT_EQ(departure("id::253402300799:" + Mac()), "");
}

TEST(HmacToken, DecodingUndoesEncoding) {
  std::mt19937_64 random(11);
  const std::string id_chars = "abcXYZ019._-";
  for (int i = 0; i < 3000; ++i) {
    TokenClaims claims;
    claims.agent_id = "a";
    for (uint64_t n = random() % 128; n > 0; --n) {
      claims.agent_id += id_chars[random() % id_chars.size()];
    }
    for (uint64_t n = random() % 33; n > 0; --n) {
      const char c = static_cast<char>(0x20 + random() % 95);
      claims.phone += c == ':' ? '+' : c;
    }
    claims.mint_time = FromMicros(static_cast<int64_t>(random() % 253'402'300'800) * 1'000'000);
    const std::string secret = RandomBytes(1 + random() % 64);
    const TokenParse parse = ParseToken(MintToken(secret, claims));
    const auto* token = std::get_if<ParsedToken>(&parse);
    ASSERT_NE(token, nullptr) << Departure(parse);
    EXPECT_EQ(token->claims.agent_id, claims.agent_id);
    EXPECT_EQ(token->claims.phone, claims.phone);
    EXPECT_EQ(token->claims.mint_time, claims.mint_time);
    EXPECT_EQ(token->mac, HmacSha256(secret, token->signed_text));
  }
}

TEST(HmacToken, NoChangeOfTheTextKeepsTheSignature) {
  std::mt19937_64 random(13);
  const std::string text = *Base64Decode(MintToken(kSecret, Claims()));
  for (int i = 0; i < 5000; ++i) {
    std::string changed = text;
    changed[random() % changed.size()] = static_cast<char>(random());
    if (changed == text) continue;
    const TokenParse parse = ParseToken(Base64Encode(changed));
    const auto* token = std::get_if<ParsedToken>(&parse);
    if (token == nullptr) continue;
    // A hex digit in the other case is the same signature.
    const bool same_mac = token->signed_text + ":" + HexEncode(token->mac) == text;
    EXPECT_EQ(token->mac == HmacSha256(kSecret, token->signed_text), same_mac);
  }
}

TEST(HmacToken, TakesAnyBytes) {
  std::mt19937_64 random(17);
  for (int i = 0; i < 5000; ++i) {
    std::string bytes(random() % 200, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    const TokenParse raw = ParseToken(bytes);
    const TokenParse encoded = ParseToken(Base64Encode("id:" + bytes));
    EXPECT_FALSE(std::holds_alternative<ParsedToken>(raw));
    EXPECT_FALSE(std::holds_alternative<ParsedToken>(encoded));
  }
}

}  // namespace
}  // namespace edgeplane::registry
