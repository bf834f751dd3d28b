// The certificate and key agents see, and how TLS is spoken.
#pragma once

#include <openssl/ssl.h>

#include <filesystem>
#include <memory>
#include <mutex>

#include "base/result.h"
#include "gateway/byte_stream.h"

namespace edgeplane::gateway {

// Thread safe. Connections that are open keep the certificate they began with.
class TlsContext {
 public:
  // PEM files: the certificate with its chain, leaf first, and its key.
  // INVALID_FIELD with what is wrong: not readable, not PEM, not a pair.
  static Result<std::unique_ptr<TlsContext>> Load(std::filesystem::path certificate,
                                                  std::filesystem::path key);

  // Reads the files again. On failure the old certificate stays in use.
  Status Reload();

  // A server side for one connection, or null when OpenSSL has no memory.
  [[nodiscard]] SslPtr NewConnection() const;

 private:
  using ContextPtr = std::shared_ptr<SSL_CTX>;
  TlsContext(std::filesystem::path certificate, std::filesystem::path key, ContextPtr context);
  static Result<ContextPtr> Build(const std::filesystem::path& certificate,
                                  const std::filesystem::path& key);

  const std::filesystem::path certificate_;
  const std::filesystem::path key_;
  mutable std::mutex mutex_;
  ContextPtr context_;
};

}  // namespace edgeplane::gateway
