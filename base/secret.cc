#include "base/secret.h"

#include <openssl/crypto.h>

namespace edgeplane {

void Wipe(void* data, size_t size) { OPENSSL_cleanse(data, size); }

bool ConstantTimeEquals(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace edgeplane
