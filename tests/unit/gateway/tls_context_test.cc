#include "gateway/tls_context.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <fstream>
#include <memory>

#include "base/self_signed.h"
#include "tests/support/temporary_directory.h"

namespace edgeplane::gateway {
namespace {

class TlsContextTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path In(const std::string& name) const {
    return directory_.path() / name;
  }
  void MakePair(const std::string& name) const {
    const Status made = EnsureSelfSignedCertificate(In(name + ".crt"), In(name + ".key"));
    ASSERT_TRUE(made) << made.error().message;
  }
  void Copy(const std::string& from, const std::string& to) const {
    std::filesystem::copy_file(In(from), In(to), std::filesystem::copy_options::overwrite_existing);
  }
  static std::string Serial(const TlsContext& context) {
    const SslPtr ssl = context.NewConnection();
    const ASN1_INTEGER* number = X509_get0_serialNumber(SSL_get_certificate(ssl.get()));
    return {reinterpret_cast<const char*>(number->data), static_cast<size_t>(number->length)};
  }
  static std::string Content(const std::filesystem::path& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  TemporaryDirectory directory_;
};

TEST_F(TlsContextTest, MakesACertificateForThisMachineOnce) {
  MakePair("own");
  const auto context = TlsContext::Load(In("own.crt"), In("own.key"));
  ASSERT_TRUE(context) << context.error().message;
  const SslPtr ssl = (*context)->NewConnection();
  X509* certificate = SSL_get_certificate(ssl.get());
  EXPECT_EQ(X509_check_host(certificate, "localhost", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate, "127.0.0.1", 0), 1);
  EXPECT_EQ(X509_check_ip_asc(certificate, "::1", 0), 1);
  EXPECT_EQ(X509_check_host(certificate, "example.test", 0, 0, nullptr), 0);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(In("own.key")).permissions(),
            perms::owner_read | perms::owner_write);

  const std::string before = Content(In("own.crt"));
  MakePair("own");
  EXPECT_EQ(Content(In("own.crt")), before);
}

TEST_F(TlsContextTest, NeverReplacesHalfAPair) {
  MakePair("own");
  std::filesystem::remove(In("own.crt"));
  const std::string key = Content(In("own.key"));
  const Status made = EnsureSelfSignedCertificate(In("own.crt"), In("own.key"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, v1::ErrorReason::INVALID_FIELD);
  EXPECT_EQ(Content(In("own.key")), key);
  EXPECT_FALSE(std::filesystem::exists(In("own.crt")));
}

TEST_F(TlsContextTest, SaysWhatCannotBeLoaded) {
  MakePair("one");
  MakePair("two");
  std::ofstream(In("text")) << "not PEM";
  const auto error = [&](const char* certificate, const char* key) {
    const auto loaded = TlsContext::Load(In(certificate), In(key));
    return loaded ? std::string("it was loaded") : loaded.error().message;
  };
  EXPECT_NE(error("one.crt", "two.key").find("two.key"), std::string::npos);
  EXPECT_NE(error("none.crt", "one.key").find("Cannot use the certificate"), std::string::npos);
  EXPECT_NE(error("text", "one.key").find("Cannot use the certificate"), std::string::npos);
  EXPECT_NE(error("one.crt", "none.key").find("Cannot use the key"), std::string::npos);
  EXPECT_NE(error("one.crt", "text").find("Cannot use the key"), std::string::npos);
  EXPECT_NE(error("one.crt", "one.crt").find("Cannot use the key"), std::string::npos);
}

TEST_F(TlsContextTest, NeverAsksForAPassphrase) {
  MakePair("own");
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(In("locked.key").c_str(), "w"),
                                                 BIO_free);
  ASSERT_EQ(PEM_write_bio_PKCS8PrivateKey(file.get(), key.get(), EVP_aes_256_cbc(), "passphrase",
                                          10, nullptr, nullptr),
            1);
  file.reset();
  const auto loaded = TlsContext::Load(In("own.crt"), In("locked.key"));
  ASSERT_FALSE(loaded);
  // OpenSSL's own callback would ask the terminal.
  const auto open = TlsContext::Load(In("own.crt"), In("own.key"));
  const SslPtr ssl = (*open)->NewConnection();
  pem_password_cb* const callback = SSL_CTX_get_default_passwd_cb(SSL_get_SSL_CTX(ssl.get()));
  ASSERT_NE(callback, nullptr);
  EXPECT_EQ(callback(nullptr, 0, 0, nullptr), 0);
}

TEST_F(TlsContextTest, AReloadTakesTheNewPair) {
  MakePair("one");
  MakePair("two");
  Copy("one.crt", "live.crt");
  Copy("one.key", "live.key");
  const auto context = TlsContext::Load(In("live.crt"), In("live.key"));
  ASSERT_TRUE(context);
  const std::string before = Serial(**context);
  Copy("two.crt", "live.crt");
  Copy("two.key", "live.key");
  const Status reloaded = (*context)->Reload();
  ASSERT_TRUE(reloaded) << reloaded.error().message;
  EXPECT_NE(Serial(**context), before);
}

TEST_F(TlsContextTest, AReloadThatFailsKeepsTheOldPair) {
  MakePair("one");
  MakePair("two");
  Copy("one.crt", "live.crt");
  Copy("one.key", "live.key");
  const auto context = TlsContext::Load(In("live.crt"), In("live.key"));
  ASSERT_TRUE(context);
  const std::string before = Serial(**context);
  Copy("two.crt", "live.crt");  // without its key, as while somebody copies
  EXPECT_FALSE((*context)->Reload());
  EXPECT_EQ(Serial(**context), before);
  std::filesystem::remove(In("live.crt"));
  EXPECT_FALSE((*context)->Reload());
  EXPECT_EQ(Serial(**context), before);
}

}  // namespace
}  // namespace edgeplane::gateway
