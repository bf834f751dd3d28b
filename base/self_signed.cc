#include "base/self_signed.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/crypto.h"
#include "base/files.h"
#include "base/secret.h"

namespace edgeplane {

namespace {

constexpr long kValiditySeconds = 10L * 365 * 24 * 3600;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

std::string Content(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

bool AddExtension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool Fill(X509* certificate, EVP_PKEY* key, const char* names) {
  const std::string serial = RandomBytes(16);
  BIGNUM* number = BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()), 15, nullptr);
  const bool numbered = number != nullptr &&
                        BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(number);
  X509_NAME* name = X509_get_subject_name(certificate);
  return numbered && X509_set_version(certificate, X509_VERSION_3) == 1 &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -300) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), kValiditySeconds) != nullptr &&
         X509_set_pubkey(certificate, key) == 1 &&
         X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                    reinterpret_cast<const unsigned char*>("edgeplane"), -1, -1,
                                    0) == 1 &&
         X509_set_issuer_name(certificate, name) == 1 &&
         AddExtension(certificate, NID_basic_constraints, "critical,CA:TRUE") &&
         AddExtension(certificate, NID_subject_alt_name, names) &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

}  // namespace

Status EnsureSelfSignedCertificate(const std::filesystem::path& certificate,
                                   const std::filesystem::path& key, const char* names) {
  std::error_code ec;
  const bool have_certificate = std::filesystem::exists(certificate, ec);
  const bool have_key = std::filesystem::exists(key, ec);
  if (have_certificate && have_key) return {};
  if (have_certificate != have_key) {
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     "Of " + certificate.string() + " and " + key.string() +
                         " only one is there; restore the other, or remove this one to have both "
                         "made anew.");
  }
  const Error failed =
      MakeError(v1::ErrorReason::INTERNAL, "OpenSSL could not make a self-signed certificate.");
  const Owned<EVP_PKEY> pair(EVP_EC_gen("P-256"));
  const Owned<X509> x509(X509_new());
  if (!pair || !x509 || !Fill(x509.get(), pair.get(), names)) return failed;

  const Owned<BIO> key_pem(BIO_new(BIO_s_secmem()));
  const Owned<BIO> certificate_pem(BIO_new(BIO_s_mem()));
  if (!key_pem || !certificate_pem ||
      PEM_write_bio_PKCS8PrivateKey(key_pem.get(), pair.get(), nullptr, nullptr, 0, nullptr,
                                    nullptr) != 1 ||
      PEM_write_bio_X509(certificate_pem.get(), x509.get()) != 1) {
    return failed;
  }
  if (Status made = MakePrivateDirectory(certificate.parent_path()); !made) return made;
  const Secret key_text(Content(key_pem.get()));
  if (Status written = WriteFileAtomically(key, key_text.Reveal(), 0600); !written) return written;
  return WriteFileAtomically(certificate, Content(certificate_pem.get()), 0644);
}

}  // namespace edgeplane
