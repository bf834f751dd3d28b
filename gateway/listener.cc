#include "gateway/listener.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

#include "base/endpoint.h"
#include "base/log.h"
#include "base/reasons.h"
#include "gateway/into.h"
#include "gateway/keepalive.h"

namespace edgeplane::gateway {

namespace {

constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr int kBacklog = 4096;

// IPv4 that came in over an IPv6 socket is IPv4 to everybody.
Peer Describe(const tcp::endpoint& endpoint) {
  asio::ip::address address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  const std::string ip = address.to_string();
  return {ip, FormatEndpoint(ip, endpoint.port())};
}

}  // namespace

Listener::Listener(EventLoops& loops, const GatewayContext& context, ConnectionQuota& quota,
                   const TlsContext* tls)
    : loops_(loops),
      context_(context),
      quota_(quota),
      tls_(tls),
      acceptor_(loops.first()),
      pause_(loops.first()) {}

Result<std::string> Listener::Start(const std::string& address) {
  Result<Endpoint> parsed = ParseEndpoint(address);
  if (!parsed) return parsed.error();
  error_code ec;
  const tcp::endpoint endpoint(asio::ip::make_address(parsed->host, ec), parsed->port);
  if (!ec) acceptor_.open(endpoint.protocol(), ec);
  if (!ec) acceptor_.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor_.bind(endpoint, ec);
  if (!ec) acceptor_.listen(kBacklog, ec);
  if (ec) return CannotListen(address, ec.message());
  const uint16_t port = acceptor_.local_endpoint().port();
  started_ = true;
  asio::co_spawn(loops_.first(), AcceptAll(), [this](std::exception_ptr) { ended_.set_value(); });
  return FormatEndpoint(parsed->host, port);
}

void Listener::Close() {
  if (!started_) return;
  started_ = false;
  asio::post(loops_.first(), [this] {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  });
  ended_.get_future().wait();
}

asio::awaitable<void> Listener::AcceptAll() {
  bool failing = false;
  while (acceptor_.is_open()) {
    asio::io_context& loop = loops_.Next();
    tcp::socket socket(loop);
    error_code ec;
    co_await acceptor_.async_accept(socket, Into(ec));
    if (!acceptor_.is_open()) break;
    if (ec == asio::error::connection_aborted) continue;
    if (ec) {
      context_.metrics.AcceptFailed();
      if (!failing) LogError("accept failed", {{"error", ec.message()}});
      failing = true;
      pause_.expires_after(kAcceptPause);
      co_await pause_.async_wait(Into(ec));
      continue;
    }
    failing = false;
    try {
      Take(loop, std::move(socket));
    } catch (const std::exception& e) {
      // Out of memory for one connection is no reason to stop accepting.
      LogError("connection not taken", {{"what", e.what()}});
    }
  }
}

void Listener::Take(asio::io_context& loop, tcp::socket socket) {
  error_code ec;
  const tcp::endpoint remote = socket.remote_endpoint(ec);
  if (ec) return;  // gone already
  NoticeVanishedPeer(socket);
  Peer peer = Describe(remote);
  std::variant<ConnectionPlace, v1::Reason> place = quota_.Take(peer.ip);
  if (const auto* reason = std::get_if<v1::Reason>(&place)) {
    Refused refused;
    refused.reason = *reason;
    refused.peer_ip = peer.ip;
    refused.peer_address = peer.address;
    context_.refusals.Note(refused);
    return;
  }
  SslPtr ssl;
  if (tls_ != nullptr) {
    ssl = tls_->NewConnection();
    if (!ssl) {
      LogError("out of memory for a TLS connection");
      return;
    }
  }
  loops_.Run(loop, std::make_unique<Connection>(context_, std::move(socket), std::move(ssl),
                                                std::move(std::get<ConnectionPlace>(place)),
                                                std::move(peer)));
}

}  // namespace edgeplane::gateway
