// Tokens, as strangers may send them and as agents mint them.
#include <algorithm>
#include <string>
#include <string_view>

#include "services/registry/hmac_token.h"
#include "tests/fuzz/check.h"

namespace {

using namespace edgeplane;
using namespace edgeplane::registry;

void CheckAny(std::string_view bearer) {
  const TokenParse parsed = ParseToken(bearer);
  if (const auto* token = std::get_if<ParsedToken>(&parsed)) {
    FUZZ_CHECK(token->mac.size() == 32);
    FUZZ_CHECK(
        token->signed_text.starts_with(token->claims.agent_id + ":" + token->claims.phone + ":"));
    FUZZ_CHECK(!token->claims.agent_id.empty() && token->claims.agent_id.size() <= 128);
  } else if (const auto* malformed = std::get_if<MalformedToken>(&parsed)) {
    FUZZ_CHECK(!malformed->departure.empty());
  }
}

// The bytes as text of this alphabet.
std::string Spell(std::string_view bytes, std::string_view alphabet) {
  std::string text;
  for (const char c : bytes) text += alphabet[static_cast<unsigned char>(c) % alphabet.size()];
  return text;
}

// Cuts up to `size_max` bytes off, as many as the first of them says.
std::string_view Take(std::string_view& bytes, size_t size_max) {
  if (bytes.empty()) return {};
  const size_t wanted = static_cast<unsigned char>(bytes[0]) % (size_max + 1);
  bytes.remove_prefix(1);
  const std::string_view taken = bytes.substr(0, wanted);
  bytes.remove_prefix(taken.size());
  return taken;
}

void CheckMinted(std::string_view bytes) {
  constexpr std::string_view kAlnum =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  constexpr int64_t kYear10000 = 253'402'300'800;
  TokenClaims claims;
  claims.agent_id = "a" + Spell(Take(bytes, 127), std::string(kAlnum) + "._-");
  claims.phone = Spell(Take(bytes, 32), std::string(kAlnum) + " !\"#$%&'()*+,-./;<=>?@[]^_`{|}~");
  int64_t seconds = 0;
  for (const char c : Take(bytes, 8)) seconds = seconds << 8 | static_cast<unsigned char>(c);
  seconds = static_cast<int64_t>(static_cast<uint64_t>(seconds) % kYear10000);
  claims.mint_time = FromMicros(seconds * 1'000'000);

  const TokenParse parsed = ParseToken(MintToken(bytes, claims));
  const auto* token = std::get_if<ParsedToken>(&parsed);
  FUZZ_CHECK(token != nullptr);
  FUZZ_CHECK(token->claims.agent_id == claims.agent_id);
  FUZZ_CHECK(token->claims.phone == claims.phone);
  FUZZ_CHECK(token->claims.mint_time == claims.mint_time);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CheckAny(bytes);
  CheckMinted(bytes);
  return 0;
}
