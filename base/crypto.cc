#include "base/crypto.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>

#include "base/log.h"

namespace edgeplane {
namespace {

constexpr size_t kDigestBytes = 32;
constexpr size_t kKeyBytes = 32;
constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;
constexpr size_t kHkdfBytesMax = 255 * kDigestBytes;  // RFC 5869, 2.3
constexpr size_t kHkdfInfoMax = 1024;                 // OpenSSL 3.0's own limit

[[noreturn]] void Fail(std::string_view operation) {
  std::array<char, 256> reason{};
  ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
  LogError("cryptography failed, cannot go on safely",
           {{"operation", operation}, {"reason", reason.data()}});
  std::abort();
}

void Require(bool ok, std::string_view operation) {
  if (!ok) Fail(operation);
}

const uint8_t* In(std::string_view bytes) {
  // OpenSSL takes a null pointer as "not given" in places, even with length 0.
  return reinterpret_cast<const uint8_t*>(bytes.data() != nullptr ? bytes.data() : "");
}
uint8_t* Out(std::string& bytes) { return reinterpret_cast<uint8_t*>(bytes.data()); }

int IntSize(size_t size) {
  Require(size <= static_cast<size_t>(std::numeric_limits<int>::max()), "size");
  return static_cast<int>(size);
}

OSSL_PARAM OctetParam(const char* name, std::string_view bytes) {
  // OpenSSL's parameter lists are not const-correct; it only reads these.
  return OSSL_PARAM_construct_octet_string(name, const_cast<uint8_t*>(In(bytes)), bytes.size());
}
OSSL_PARAM DigestParam(const char* name) {
  static std::array<char, 7> digest{"SHA256"};
  return OSSL_PARAM_construct_utf8_string(name, digest.data(), 0);
}

template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free_function(object);
  }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Free<EVP_CIPHER_CTX_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, Free<EVP_MAC_CTX_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, Free<EVP_KDF_CTX_free>>;

}  // namespace

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  Require(RAND_bytes(Out(bytes), IntSize(count)) == 1, "random bytes");
  return bytes;
}

std::string Sha256(std::string_view data) {
  std::string digest(kDigestBytes, '\0');
  Require(EVP_Digest(In(data), data.size(), Out(digest), nullptr, EVP_sha256(), nullptr) == 1,
          "SHA-256");
  return digest;
}

void Sha256Hash::Free::operator()(void* context) const {
  EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context));
}

Sha256Hash::Sha256Hash() : context_(EVP_MD_CTX_new()) {
  auto* const context = static_cast<EVP_MD_CTX*>(context_.get());
  Require(context != nullptr && EVP_DigestInit_ex(context, EVP_sha256(), nullptr) == 1, "SHA-256");
}

void Sha256Hash::Update(std::string_view data) {
  auto* const context = static_cast<EVP_MD_CTX*>(context_.get());
  Require(EVP_DigestUpdate(context, In(data), data.size()) == 1, "SHA-256");
}

std::string Sha256Hash::Finish() {
  std::string digest(kDigestBytes, '\0');
  auto* const context = static_cast<EVP_MD_CTX*>(context_.get());
  Require(EVP_DigestFinal_ex(context, Out(digest), nullptr) == 1, "SHA-256");
  return digest;
}

std::string HmacSha256(std::string_view key, std::string_view data) {
  // Fetching walks the providers under a lock; once is enough.
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  Require(mac != nullptr, "HMAC");
  MacContext context(EVP_MAC_CTX_new(mac));
  const std::array<OSSL_PARAM, 2> params{DigestParam(OSSL_MAC_PARAM_DIGEST),
                                         OSSL_PARAM_construct_end()};
  std::string result(kDigestBytes, '\0');
  size_t written = 0;
  Require(context && EVP_MAC_init(context.get(), In(key), key.size(), params.data()) == 1 &&
              EVP_MAC_update(context.get(), In(data), data.size()) == 1 &&
              EVP_MAC_final(context.get(), Out(result), &written, result.size()) == 1 &&
              written == kDigestBytes,
          "HMAC-SHA-256");
  return result;
}

std::string HkdfSha256(std::string_view key, std::string_view info, size_t bytes) {
  Require(bytes > 0 && bytes <= kHkdfBytesMax && info.size() <= kHkdfInfoMax, "HKDF size");
  static EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  Require(kdf != nullptr, "HKDF");
  KdfContext context(EVP_KDF_CTX_new(kdf));
  const std::array<OSSL_PARAM, 4> params{
      DigestParam(OSSL_KDF_PARAM_DIGEST), OctetParam(OSSL_KDF_PARAM_KEY, key),
      OctetParam(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
  std::string result(bytes, '\0');
  Require(context && EVP_KDF_derive(context.get(), Out(result), bytes, params.data()) == 1,
          "HKDF-SHA-256");
  return result;
}

// Nonces are random: 2^32 messages under one key keep the chance of a repeat
// below 2^-32 (NIST SP 800-38D, 8.3), far more than a fleet has secrets.
std::string Seal(std::string_view key, std::string_view plain, std::string_view context) {
  Require(key.size() == kKeyBytes, "AES-256-GCM key size");
  const std::string nonce = RandomBytes(kNonceBytes);
  std::string cipher_text(plain.size(), '\0');
  std::string tag(kTagBytes, '\0');
  CipherContext cipher(EVP_CIPHER_CTX_new());
  int written = 0;
  Require(
      cipher &&
          EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, In(key), In(nonce)) == 1 &&
          EVP_EncryptUpdate(cipher.get(), nullptr, &written, In(context),
                            IntSize(context.size())) == 1 &&
          EVP_EncryptUpdate(cipher.get(), Out(cipher_text), &written, In(plain),
                            IntSize(plain.size())) == 1 &&
          EVP_EncryptFinal_ex(cipher.get(), Out(tag), &written) == 1 &&
          EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()) == 1,
      "AES-256-GCM");
  return nonce + cipher_text + tag;
}

std::optional<Secret> Open(std::string_view key, std::string_view sealed,
                           std::string_view context) {
  if (key.size() != kKeyBytes || sealed.size() < kNonceBytes + kTagBytes) return std::nullopt;
  const std::string_view nonce = sealed.substr(0, kNonceBytes);
  const std::string_view cipher_text =
      sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string plain(cipher_text.size(), '\0');
  CipherContext cipher(EVP_CIPHER_CTX_new());
  int written = 0;
  Require(
      cipher &&
          EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, In(key), In(nonce)) == 1 &&
          EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
          EVP_DecryptUpdate(cipher.get(), nullptr, &written, In(context),
                            IntSize(context.size())) == 1 &&
          EVP_DecryptUpdate(cipher.get(), Out(plain), &written, In(cipher_text),
                            IntSize(cipher_text.size())) == 1,
      "AES-256-GCM");
  // Only this last step says whether the tag agrees; what was decrypted until
  // then is not to be seen by anybody.
  std::array<uint8_t, kTagBytes> rest{};
  if (EVP_DecryptFinal_ex(cipher.get(), rest.data(), &written) != 1) {
    ERR_clear_error();
    Wipe(plain);
    return std::nullopt;
  }
  return Secret(std::move(plain));
}

}  // namespace edgeplane
