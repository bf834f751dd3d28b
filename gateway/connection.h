// One accepted connection, read top-down: TLS, request head, route, credentials,
// admission, and then either one refusal answer or the upgrade and its session.
//
// Lives on one event loop.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "gateway/byte_stream.h"
#include "gateway/connection_quota.h"
#include "gateway/credentials.h"
#include "gateway/gateway_metrics.h"
#include "gateway/gateway_settings.h"
#include "gateway/rate_limit.h"
#include "gateway/refusal_book.h"
#include "gateway/registry_client.h"
#include "gateway/request_head.h"

namespace edgeplane::gateway {

class Session;

// What every connection of a gateway shares.
struct GatewayContext {
  const GatewaySettings& settings;
  const Clock& clock;
  GatewayMetrics& metrics;
  RegistryClient& registry;
  RefusalBook& refusals;
  KeyedRateLimit& attempts;
  const std::atomic<bool>& draining;
};

struct Peer {
  std::string ip;
  std::string address;  // with the port
};

class Connection {
 public:
  Connection(const GatewayContext& context, tcp::socket socket, SslPtr ssl, ConnectionPlace place,
             Peer peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The whole of it; returns when the connection is closed.
  asio::awaitable<void> Run();

  // The gateway is shutting down: an agent is sent away after `delay`, anything
  // else gets `close-timeout` to finish.
  void Drain(std::chrono::steady_clock::duration delay);
  // Ends it now.
  void Abort();

 private:
  asio::awaitable<bool> Handshake();
  asio::awaitable<std::optional<HttpRequest>> ReadHead(bool first);
  asio::awaitable<void> ReadFailed(error_code error, bool first);
  // True when the connection may carry another request.
  asio::awaitable<bool> Serve(HttpRequest request);
  asio::awaitable<bool> ServeHealth(const HttpRequest& request);
  asio::awaitable<bool> SkipBody(uint64_t bytes);

  asio::awaitable<void> ServeUpgrade(HttpRequest request, const Target& target);
  asio::awaitable<AdmitAnswer> AskRegistry(Credentials credentials);
  asio::awaitable<void> Upgrade(HttpRequest request, SessionKey key);
  asio::awaitable<v1::Disconnect> RunSession(HttpRequest request, const SessionKey& key,
                                             std::shared_ptr<Session>& session);

  asio::awaitable<void> RefuseBad(const BadRequest& bad, const HttpRequest* request,
                                  const std::string& agent_id);
  asio::awaitable<void> Refuse(Refused refused, std::optional<std::chrono::seconds> retry_after);

  const GatewayContext& context_;
  const ConnectionPlace place_;
  const Peer peer_;
  ByteStream stream_;
  std::string buffer_;  // read, and not yet used
  Session* session_ = nullptr;
  std::shared_ptr<Connection*> self_;  // null once this is gone; for timers
  asio::steady_timer drain_timer_;
};

// The part of a refusal that stands in the request, as the ledger keeps it:
// names and shapes, never a secret.
Refused DescribeRequest(const HttpRequest& request);

}  // namespace edgeplane::gateway
