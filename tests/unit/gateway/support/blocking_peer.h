// The other end of a ByteStream: a blocking socket, plain or under OpenSSL's
// client, to be used on a thread of its own. No call takes longer than
// kPatience.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/byte_stream.h"

namespace edgeplane::gateway {

class BlockingPeer {
 public:
  // Takes over the descriptor.
  BlockingPeer(int descriptor, bool tls);
  ~BlockingPeer();
  BlockingPeer(const BlockingPeer&) = delete;
  BlockingPeer& operator=(const BlockingPeer&) = delete;

  bool Handshake();  // true at once where there is no TLS
  bool Write(std::string_view bytes);
  std::string Read(size_t size_max);  // empty at the end, or on an error
  std::string ReadExactly(size_t size);
  std::string ReadToEnd();
  // The end came in order, and was no reset.
  [[nodiscard]] bool ended_well() const { return ended_well_; }
  void ShutDown();  // sends no more
  void Vanish();    // resets the connection
  [[nodiscard]] const SSL* ssl() const { return ssl_.get(); }

 private:
  int descriptor_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  SslPtr ssl_;
  bool ended_well_ = false;
};

}  // namespace edgeplane::gateway
