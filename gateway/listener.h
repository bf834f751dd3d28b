// One listening address. Accepts, asks for a place under the quota, and hands
// the connection to an event loop. A lack of file descriptors makes it pause,
// never spin and never stop.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <memory>
#include <string>

#include "base/result.h"
#include "gateway/connection_quota.h"
#include "gateway/event_loops.h"
#include "gateway/tls_context.h"

namespace edgeplane::gateway {

class Listener {
 public:
  // `tls` is null for a plain listener. Everything must outlive the loops'
  // threads.
  Listener(EventLoops& loops, const GatewayContext& context, ConnectionQuota& quota,
           const TlsContext* tls);

  // Binds and begins to accept; gives the address in force.
  Result<std::string> Start(const std::string& address);
  // Closes the listening socket; when it returns nothing more is accepted.
  void Close();

 private:
  asio::awaitable<void> AcceptAll();
  void Take(asio::io_context& loop, tcp::socket socket);

  EventLoops& loops_;
  const GatewayContext& context_;
  ConnectionQuota& quota_;
  const TlsContext* tls_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::promise<void> ended_;
  bool started_ = false;
};

}  // namespace edgeplane::gateway
