// One WebSocket of an agent, from the attempt to open it to its end.
#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "cli/simulate/dial.h"
#include "cli/simulate/duties.h"

namespace edgeplane::simulate {

// Lives on the fleet's event loop. Open once, and Live once if that succeeded.
class WebSocketChannel {
 public:
  // What chance has in store for it.
  struct Fate {
    Moment leave = kNever;  // the agent leaves, to poll instead
    Moment cut = kNever;    // the line is cut
  };
  struct Opening {
    bool open = false;
    int refused_with = 0;  // an HTTP status; 0: it was not that
    std::string failure;   // in words, where it was neither
  };
  enum class Cause : uint8_t {
    kLost,    // without a close
    kClosed,  // by the server, with a code
    kNoPong,  // killed by the agent
    kStuck,   // killed by the agent: one write took too long
    kCut,     // by fate
    kLeft,    // closed by the agent
  };
  struct End {
    Cause cause = Cause::kLost;
    uint16_t code = 0;
    // "1012", "lost", "cut" ..
    [[nodiscard]] std::string Label() const;
  };

  WebSocketChannel(asio::io_context& loop, const Plan& plan, const Target& target, Duties& duties);

  asio::awaitable<Opening> Open(const Secret& bearer);
  // All that is said and heard until it ends.
  asio::awaitable<End> Live(Fate fate);

  // Ends it gently if it is open, at once if not.
  void Leave();
  // Forgets what chance had in store.
  void CalmDown() { fate_ = {}; }

 private:
  enum class Kind : uint8_t { kPing, kAck, kEvent, kStatus };
  struct Outgoing {
    Kind kind;
    std::string text;
    std::optional<Ack> ack;  // for kAck
    std::string event_id;    // for kEvent
  };

  asio::awaitable<void> Upgrade(const Secret& bearer, Opening& opening);
  asio::awaitable<void> ReadAll();
  asio::awaitable<void> WriteAll();
  asio::awaitable<bool> WriteOne(Outgoing message);
  asio::awaitable<void> Close();
  void Handle(std::string_view text);
  std::optional<Outgoing> NextMessage(Moment now);
  void Written(const Outgoing& message, Moment now);
  [[nodiscard]] Moment NextMoment() const;
  void EndBecause(const error_code& read_error);
  [[nodiscard]] Moment Deadline() const { return std::min({pong_by_, write_by_, close_by_}); }
  void EndWith(Cause cause);
  void SetDeadline();

  const Plan& plan_;
  const Target& target_;
  Duties& duties_;
  std::unique_ptr<ByteStream> stream_;
  // Speaks over stream_, once that is there.
  std::optional<boost::beast::websocket::stream<ByteStream&>> socket_;
  boost::beast::flat_buffer incoming_;
  asio::steady_timer wake_;  // while it is being opened: how long that may take
  Fate fate_;
  bool live_ = false;
  bool leaving_ = false;
  bool over_ = false;
  bool heard_ = false;  // the server has read all that was written
  End end_;
  Moment ping_at_ = kNever;
  Moment pong_by_ = kNever;   // kNever: none is waited for
  Moment write_by_ = kNever;  // kNever: nothing is being written
  Moment close_by_ = kNever;  // kNever: it is not being closed
};

}  // namespace edgeplane::simulate
