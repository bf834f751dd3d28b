// One admitted agent's WebSocket, from the completed upgrade to its end.
//
// Lives on one event loop; only what SessionSink asks for may be called from
// other threads, and hands over to it. Ends once, with one reason: the first that
// comes up.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <memory>
#include <string>

#include "gateway/agent_message.h"
#include "gateway/answered_commands.h"
#include "gateway/byte_stream.h"
#include "gateway/gateway_metrics.h"
#include "gateway/gateway_settings.h"
#include "gateway/rate_limit.h"
#include "gateway/registry_client.h"
#include "gateway/unanswered_commands.h"

namespace edgeplane::gateway {

using WebSocket = boost::beast::websocket::stream<ByteStream&>;

class Session final : public SessionSink, public std::enable_shared_from_this<Session> {
 public:
  struct Context {
    const GatewaySettings& settings;
    const Clock& clock;
    GatewayMetrics& metrics;
    RegistryClient& registry;
  };

  // `socket` and `stream` must outlive Run.
  Session(Context context, SessionKey key, WebSocket& socket, ByteStream& stream);

  // The whole of it: reads, writes, watches over silence. Returns when the
  // connection is closed.
  asio::awaitable<void> Run();

  // On the session's own event loop. The first reason counts.
  void End(v1::Disconnect reason);

  [[nodiscard]] v1::Disconnect end_reason() const { return end_reason_; }
  // Those of which something may have been written.
  [[nodiscard]] const UnansweredCommands& written() const { return written_; }

  void OnDeliver(v1::Deliver command) override;
  void OnConfig(v1::DeliverConfig config) override;
  void OnEventStored(std::string id_json) override;
  void OnEnd(v1::Disconnect reason) override;

 private:
  struct Outgoing {
    std::string text;
    std::string command_id;      // empty: no command
    int64_t config_version = 0;  // 0: no configuration
  };

  asio::awaitable<void> ReadAll();
  asio::awaitable<void> WriteAll();
  asio::awaitable<void> WatchSilence();
  asio::awaitable<void> WatchClose();
  asio::awaitable<bool> WriteOne();
  asio::awaitable<void> Close();
  asio::awaitable<void> WaitWhileCongested();
  asio::awaitable<void> WaitForTheReader();

  void Handle(std::string_view text);
  void HandlePing();
  void HandleAck(AckMessage ack);
  void HandleStatus(StatusMessage status);
  void HandleEvent(EventMessage event);
  void HandleMalformed(const std::string& why);
  void Queue(Outgoing message, bool first);
  void QueueCommand(const v1::Deliver& command);
  void LeaveOutAnswered(const std::string& command_id);
  void QueueEventAck(std::string id_json);
  [[nodiscard]] bool NothingToWrite() const { return outgoing_.empty() && stored_events_.empty(); }
  Outgoing NextOutgoing();
  // False, and the session ends, when the agent sends too many.
  bool CountFrame();
  void EndBecause(const error_code& read_error);
  [[nodiscard]] bool ended() const { return end_reason_ != v1::DISCONNECT_UNSPECIFIED; }

  const Context context_;
  const SessionKey key_;
  WebSocket& socket_;
  ByteStream& stream_;
  asio::any_io_executor executor_;
  boost::beast::flat_buffer incoming_;
  std::deque<Outgoing> outgoing_;
  size_t outgoing_bytes_ = 0;
  UnansweredCommands written_;
  AnsweredCommands answered_;
  // Events to be acknowledged, by their ids as JSON. They do not count as what
  // waits for a slow agent: it caused them itself, at its own rate.
  std::deque<std::string> stored_events_;
  bool pong_waits_ = false;
  TokenBucket frames_;
  int64_t acks_ = 0;
  v1::Disconnect end_reason_ = v1::DISCONNECT_UNSPECIFIED;
  bool reading_over_ = false;
  bool peer_closed_ = false;  // the agent's close has come; Beast answers it
  bool silent_ = false;       // no close of ours: Beast has sent one, or nobody is there
  // When the gateway last chose not to listen: that is no silence of the agent's.
  std::chrono::steady_clock::time_point deaf_until_;
  asio::steady_timer wake_writer_;  // cancelled to wake; never expires by itself
  asio::steady_timer watch_;
  asio::steady_timer close_watch_;
};

}  // namespace edgeplane::gateway
