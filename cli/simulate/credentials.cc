#include "cli/simulate/credentials.h"

#include "base/crypto.h"
#include "base/encoding.h"

namespace edgeplane::simulate {
namespace {

// One key, several purposes.
std::string Derive(std::string_view key, std::string_view purpose, std::string_view agent_id) {
  std::string what(purpose);
  what += ':';
  what += agent_id;
  return HmacSha256(key, what);
}

}  // namespace

Secret SecretOf(std::string_view key, std::string_view agent_id) {
  std::string bytes = Derive(key, "secret", agent_id);
  Secret secret(HexEncode(bytes));
  Wipe(bytes);
  return secret;
}

std::string PhoneOf(std::string_view key, std::string_view agent_id) {
  std::string phone = "+999";
  const std::string bytes = Derive(key, "phone", agent_id);
  for (size_t i = 0; i < 11; ++i) {
    phone += static_cast<char>('0' + static_cast<unsigned char>(bytes[i]) % 10);
  }
  return phone;
}

Secret MintToken(const Secret& secret, std::string_view agent_id, std::string_view phone,
                 Time minted) {
  std::string signed_text(agent_id);
  signed_text += ':';
  signed_text += phone;
  signed_text += ':';
  signed_text +=
      std::to_string(std::chrono::floor<std::chrono::seconds>(minted).time_since_epoch().count());
  const std::string signature = HexEncode(HmacSha256(secret.Reveal(), signed_text));
  return Secret(Base64Encode(signed_text + ":" + signature));
}

}  // namespace edgeplane::simulate
