#include "services/rpc/listening_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/endpoint.h"

namespace edgeplane::rpc {
namespace {

// Room for a fleet of tools that reconnect at once after a restart; the kernel
// cuts it at net.core.somaxconn.
constexpr int kBacklog = 512;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

std::string ErrorText(int error) {
  return std::error_code(error, std::system_category()).message();
}

Result<SocketAddress> Resolve(const Endpoint& endpoint, const std::string& text) {
  SocketAddress address;
  const std::string host = endpoint.host.empty() ? "::" : endpoint.host;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    address.size = sizeof(sockaddr_in);
    return address;
  }
  if (inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(endpoint.port);
    address.size = sizeof(sockaddr_in6);
    return address;
  }
  return CannotListen(text, "the host is no IPv4 or IPv6 address");
}

// Gives 0, or errno.
int BindAndListen(int fd, const SocketAddress& address) {
  const int on = 1;
  const int off = 0;
  // A restart must not wait for the connections of the life before
  // (TIME_WAIT); a second listener on the port still fails.
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) return errno;
  if (address.storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address.storage);
    const int* only = IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr) ? &off : &on;
    if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, only, sizeof *only) != 0) return errno;
  }
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0) {
    return errno;
  }
  return listen(fd, kBacklog) == 0 ? 0 : errno;
}

uint16_t BoundPort(int fd) {
  SocketAddress bound;
  bound.size = sizeof bound.storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&bound.storage), &bound.size) != 0) return 0;
  return bound.storage.ss_family == AF_INET
             ? ntohs(reinterpret_cast<const sockaddr_in&>(bound.storage).sin_port)
             : ntohs(reinterpret_cast<const sockaddr_in6&>(bound.storage).sin6_port);
}

}  // namespace

Result<ListeningSocket> ListeningSocket::Open(const std::string& address) {
  Result<Endpoint> endpoint = ParseEndpoint(address);
  if (!endpoint.ok()) return endpoint.error();
  Result<SocketAddress> where = Resolve(*endpoint, address);
  if (!where.ok()) return where.error();

  constexpr int kFlags = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  int fd = socket(where->storage.ss_family, kFlags, 0);
  if (fd < 0 && errno == EAFNOSUPPORT && endpoint->host.empty()) {
    // A machine without IPv6: every address is every IPv4 address.
    endpoint->host = "0.0.0.0";
    where = Resolve(*endpoint, address);
    if (!where.ok()) return where.error();
    fd = socket(AF_INET, kFlags, 0);
  }
  if (fd < 0) return CannotListen(address, ErrorText(errno));
  ListeningSocket opened(fd, "", 0);
  if (const int error = BindAndListen(fd, *where); error != 0) {
    return CannotListen(address, ErrorText(error));
  }
  opened.port_ = BoundPort(fd);
  opened.address_ = FormatEndpoint(endpoint->host, opened.port_);
  return opened;
}

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), address_(std::move(other.address_)), port_(other.port_) {}

ListeningSocket& ListeningSocket::operator=(ListeningSocket&& other) noexcept {
  if (this != &other) {
    Close();
    fd_ = std::exchange(other.fd_, -1);
    address_ = std::move(other.address_);
    port_ = other.port_;
  }
  return *this;
}

void ListeningSocket::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

}  // namespace edgeplane::rpc
