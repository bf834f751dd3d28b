#include "services/admin/random_token.h"

#include <string>

#include "base/crypto.h"
#include "base/encoding.h"

namespace edgeplane::admin {

Secret MakeRandomToken(std::string_view prefix) {
  std::string bytes = RandomBytes(kRandomTokenHexDigits / 2);
  std::string hex = HexEncode(bytes);
  std::string token;
  token.reserve(prefix.size() + hex.size());  // a string that moves leaves a copy behind
  token.append(prefix).append(hex);
  Wipe(bytes);
  Wipe(hex);
  Secret made = Secret::CopyOf(token);
  Wipe(token);
  return made;
}

}  // namespace edgeplane::admin
