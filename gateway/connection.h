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
#include <string>
#include <string_view>
#include <variant>

#include "base/json.h"
#include "gateway/byte_stream.h"
#include "gateway/connection_quota.h"
#include "gateway/credentials.h"
#include "gateway/gateway_metrics.h"
#include "gateway/gateway_settings.h"
#include "gateway/http_answer.h"
#include "gateway/rate_limit.h"
#include "gateway/refusal_book.h"
#include "gateway/registry_client.h"
#include "gateway/request_head.h"

namespace edgeplane::gateway {

struct MalformedMessage;
class Session;
struct SyncBody;

// What every connection of a gateway shares.
struct GatewayContext {
  const GatewaySettings& settings;
  const Clock& clock;
  GatewayMetrics& metrics;
  RegistryClient& registry;
  RefusalBook& refusals;
  KeyedRateLimit& attempts;  // upgrades and registrations
  KeyedRateLimit& calls;     // the other HTTP calls
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
  // The gateway may not hold agents any more; nothing where there is none. With
  // `now`, not even until it has answered the close.
  void GiveUpAgent(bool now);
  // Ends it now.
  void Abort();

 private:
  asio::awaitable<bool> Handshake();
  asio::awaitable<std::optional<HttpRequest>> ReadHead(bool first);
  asio::awaitable<void> ReadFailed(error_code error, bool first);
  // True when the connection may carry another request.
  asio::awaitable<bool> Serve(HttpRequest request);
  // --- the HTTP calls: true as Serve ---
  asio::awaitable<bool> ServeHealth(const HttpRequest& request);
  asio::awaitable<bool> ServeRegister(const HttpRequest& request, const Target& target);
  asio::awaitable<bool> ServeSync(const HttpRequest& request, const Target& target);
  asio::awaitable<bool> ServeAck(const HttpRequest& request, const Target& target);
  asio::awaitable<bool> ServeAgent(const HttpRequest& request, const Target& target);
  asio::awaitable<bool> AnswerSync(const HttpRequest& request, Credentials credentials,
                                   SyncBody body, Refused refused);
  // Nothing when it did not come, and the connection is over.
  asio::awaitable<std::optional<std::string>> ReadBody(const HttpRequest& request,
                                                       const std::string& agent_id);
  [[nodiscard]] JsonLimits BodyLimits() const;
  // False, and `refused` says why, when `who` calls too often from this address.
  [[nodiscard]] bool TakeCall(const std::string& who, Refused& refused);
  asio::awaitable<bool> Answer(const HttpRequest& request, int status, std::string_view body);

  asio::awaitable<void> ServeUpgrade(HttpRequest request, const Target& target);
  asio::awaitable<AdmitAnswer> AskRegistry(Credentials credentials);
  // What an agent has said here must not be overtaken by its own next question: a
  // command it has carried out would be handed out once more. Waits for that, but
  // not for ever, and gives what is then left of admit-timeout.
  asio::awaitable<Duration> LetReportsArrive(const std::string& agent_id);
  asio::awaitable<void> Upgrade(HttpRequest request, SessionKey key);
  asio::awaitable<v1::Disconnect> RunSession(HttpRequest request, const SessionKey& key,
                                             std::shared_ptr<Session>& session);

  // Both end the connection; false, as Serve has it.
  asio::awaitable<bool> RefuseBad(const BadRequest& bad, const HttpRequest* request,
                                  const std::string& agent_id);
  asio::awaitable<bool> Refuse(Refused refused);

  const GatewayContext& context_;
  const ConnectionPlace place_;
  const Peer peer_;
  ByteStream stream_;
  std::string buffer_;  // read, and not yet used
  // The request that is being answered, as far as it is known.
  HttpPath path_ = HttpPath::kOther;
  AnsweredRequest answered_;
  Session* session_ = nullptr;
  std::shared_ptr<Connection*> self_;  // null once this is gone; for timers
  asio::steady_timer drain_timer_;
};

// The part of a refusal that stands in the request, as the ledger keeps it:
// names and shapes, never a secret.
Refused DescribeRequest(const HttpRequest& request);
// A body that cannot be read.
BadRequest NotJson(const MalformedMessage& malformed);
// Adds why the registry refuses, or why it does not say.
void Explain(const v1::RefusedAttempt& decision, Refused& refused);
void Explain(const NoDecision& none, Refused& refused);
// Is the registry's answer something else than a yes? Then `refused` says what.
template <class... Alternatives>
bool Refuses(const std::variant<Alternatives...>& answer, Refused& refused) {
  if (const auto* decision = std::get_if<v1::RefusedAttempt>(&answer)) {
    Explain(*decision, refused);
  } else if (const auto* none = std::get_if<NoDecision>(&answer)) {
    Explain(*none, refused);
  } else {
    return false;
  }
  return true;
}

}  // namespace edgeplane::gateway
