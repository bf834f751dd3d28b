// A TCP socket that listens, and nothing about what is spoken on it.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace edgeplane::rpc {

// Move-only owner of the descriptor, which is non-blocking.
class ListeningSocket {
 public:
  // "127.0.0.1:9090", "[::1]:0"; without a host every address, IPv4 and IPv6.
  // Port 0 takes a free one. Fails with a sentence that names the address.
  static Result<ListeningSocket> Open(const std::string& address);

  ~ListeningSocket() { Close(); }
  ListeningSocket(ListeningSocket&& other) noexcept;
  ListeningSocket& operator=(ListeningSocket&& other) noexcept;
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  // With the port in force; as it can be dialled from this machine's point of
  // view (an address that stands for every one stays as it is).
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] uint16_t port() const { return port_; }
  // Connections that nobody has accepted are reset. Idempotent.
  void Close();

 private:
  ListeningSocket(int fd, std::string address, uint16_t port)
      : fd_(fd), address_(std::move(address)), port_(port) {}

  int fd_ = -1;
  std::string address_;
  uint16_t port_ = 0;
};

}  // namespace edgeplane::rpc
