#include "gateway/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string>

namespace edgeplane::gateway {

namespace {

Error TlsError(const std::string& what, const std::filesystem::path& path) {
  // The first: the later ones say no more than that something failed.
  const unsigned long code = ERR_peek_error();
  const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  return MakeError(
      v1::ErrorReason::INVALID_FIELD,
      what + " " + path.string() + ": " + (reason != nullptr ? reason : "not usable") + ".");
}

void Configure(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  // ECDHE with AEAD only; TLS 1.3 suites are all of that kind.
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
  SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384");
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One ticket is enough for the one connection an agent makes next.
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  // A key under a passphrase is refused; OpenSSL would ask the terminal for it.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return 0; });
}

}  // namespace

TlsContext::TlsContext(std::filesystem::path certificate, std::filesystem::path key,
                       ContextPtr context)
    : certificate_(std::move(certificate)), key_(std::move(key)), context_(std::move(context)) {}

Result<TlsContext::ContextPtr> TlsContext::Build(const std::filesystem::path& certificate,
                                                 const std::filesystem::path& key) {
  ERR_clear_error();
  ContextPtr context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context) return TlsError("Cannot set TLS up for", certificate);
  Configure(context.get());
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate.c_str()) != 1) {
    return TlsError("Cannot use the certificate", certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return TlsError("Cannot use the key", key);
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) {
    return TlsError("The certificate does not belong to the key", key);
  }
  return context;
}

Result<std::unique_ptr<TlsContext>> TlsContext::Load(std::filesystem::path certificate,
                                                     std::filesystem::path key) {
  Result<ContextPtr> context = Build(certificate, key);
  if (!context) return context.error();
  return std::unique_ptr<TlsContext>(
      new TlsContext(std::move(certificate), std::move(key), *std::move(context)));
}

Status TlsContext::Reload() {
  Result<ContextPtr> context = Build(certificate_, key_);
  if (!context) return context.error();
  const std::lock_guard lock(mutex_);
  context_ = *std::move(context);
  return {};
}

SslPtr TlsContext::NewConnection() const {
  const std::lock_guard lock(mutex_);
  return SslPtr(SSL_new(context_.get()));
}

}  // namespace edgeplane::gateway
