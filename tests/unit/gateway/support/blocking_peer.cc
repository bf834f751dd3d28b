#include "tests/unit/gateway/support/blocking_peer.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>

#include "tests/unit/gateway/support/scripted_registry.h"

namespace edgeplane::gateway {

BlockingPeer::BlockingPeer(int descriptor, bool tls)
    : descriptor_(descriptor), context_(nullptr, SSL_CTX_free) {
  const timeval patience{kPatience.count(), 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  if (!tls) return;
  context_.reset(SSL_CTX_new(TLS_client_method()));
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), descriptor_);
}

BlockingPeer::~BlockingPeer() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool BlockingPeer::Handshake() { return !ssl_ || SSL_connect(ssl_.get()) == 1; }

bool BlockingPeer::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                               : send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

std::string BlockingPeer::Read(size_t size_max) {
  std::string bytes(size_max, '\0');
  ssize_t count = 0;
  if (ssl_) {
    count = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    ended_well_ =
        count <= 0 && SSL_get_error(ssl_.get(), static_cast<int>(count)) == SSL_ERROR_ZERO_RETURN;
  } else {
    count = recv(descriptor_, bytes.data(), bytes.size(), 0);
    ended_well_ = count == 0;
  }
  bytes.resize(count > 0 ? static_cast<size_t>(count) : 0);
  return bytes;
}

std::string BlockingPeer::ReadExactly(size_t size) {
  std::string all;
  while (all.size() < size) {
    const std::string more = Read(size - all.size());
    if (more.empty()) break;
    all += more;
  }
  return all;
}

std::string BlockingPeer::ReadToEnd() {
  std::string all;
  for (;;) {
    const std::string more = Read(64 * 1024);
    if (more.empty()) return all;
    all += more;
  }
}

void BlockingPeer::ShutDown() { shutdown(descriptor_, SHUT_WR); }

void BlockingPeer::Vanish() {
  const linger reset{1, 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
  close(descriptor_);
  descriptor_ = -1;
}

}  // namespace edgeplane::gateway
