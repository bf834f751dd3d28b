// The few primitives edgeplane needs, over OpenSSL's EVP interface. All take
// and give raw bytes unless the name says hex. Thread safe. They abort the
// process if OpenSSL itself fails (out of memory, broken build): going on
// without them would be unsafe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace edgeplane {

std::string RandomBytes(size_t count);
std::string Sha256(std::string_view data);  // 32 bytes

// The same of data that comes in pieces.
class Sha256Hash {
 public:
  Sha256Hash();
  void Update(std::string_view data);
  std::string Finish();  // once, and nothing after it

 private:
  struct Free {
    void operator()(void* context) const;
  };
  std::unique_ptr<void, Free> context_;
};

std::string HmacSha256(std::string_view key, std::string_view data);  // 32 bytes, RFC 2104

// HKDF (RFC 5869) without a salt: a key for the purpose that `info` names (at
// most 1024 bytes), so that one master key serves several. At most 8160 bytes.
std::string HkdfSha256(std::string_view key, std::string_view info, size_t bytes);

// AES-256-GCM (NIST SP 800-38D). `key` is 32 bytes. The result is
// 12 bytes nonce | ciphertext | 16 bytes tag; `context` is authenticated with it.
std::string Seal(std::string_view key, std::string_view plain, std::string_view context);
// Nothing when the key or the context differ or the bytes were changed.
std::optional<Secret> Open(std::string_view key, std::string_view sealed, std::string_view context);

}  // namespace edgeplane
