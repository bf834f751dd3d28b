// A simulated agent: which channel it uses, and when.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/simulate/back_off.h"
#include "cli/simulate/duties.h"
#include "cli/simulate/http_channel.h"
#include "cli/simulate/websocket_channel.h"

namespace edgeplane::simulate {

// How often those who poll ask, once all that is left is to finish.
inline constexpr Duration kSettlingInterval = std::chrono::seconds(2);

// Lives on the fleet's event loop.
class Agent {
 public:
  // `key`: what its secret follows from. All must outlive it.
  Agent(asio::io_context& loop, Books& books, const Target& target, const Secret& key,
        int64_t number);

  // Everything it ever does, from `start` on, until it has left.
  asio::awaitable<void> Live(Moment start);

  // No more chance: from now on it only finishes what it has begun.
  void Settle();
  // Says goodbye, or just goes where there is nobody to say it to.
  void Leave();

 private:
  [[nodiscard]] bool polls() const { return only_polls_ || chose_polling_ || fallen_back_; }
  [[nodiscard]] bool uses_websocket() const { return !only_polls_ && !chose_polling_; }

  asio::awaitable<void> WaitUntil(Moment moment);
  asio::awaitable<void> HoldWebSocket();
  void OpenFailed(const WebSocketChannel::Opening& opening);
  void Ended(const WebSocketChannel::End& end);
  asio::awaitable<void> Poll();
  asio::awaitable<bool> AcknowledgeByHttp(Ack ack);
  asio::awaitable<void> Sync();
  bool TakeSyncAnswer(const HttpChannel::Answer& answer);
  void CountFailure(int status, const std::string& failure);
  [[nodiscard]] Moment NextMoment() const;
  [[nodiscard]] Moment NextPoll() const;
  void SwitchChannel(Moment now);
  void SetPolling(bool answered);
  Secret Bearer();

  asio::io_context& loop_;
  Books& books_;
  const Target& target_;
  const Secret& key_;
  const int64_t number_;
  Duties duties_;
  BackOff back_off_;
  Rhythm switch_;
  Rhythm cut_;
  HttpChannel http_;
  asio::steady_timer wake_;
  // Set while a WebSocket is tried or open.
  WebSocketChannel* websocket_ = nullptr;

  const bool only_polls_;
  bool chose_polling_ = false;
  bool fallen_back_ = false;  // too many opens failed
  bool leaving_ = false;
  bool counted_polling_ = false;
  int failed_opens_ = 0;     // in a row
  int immediate_syncs_ = 0;  // in a row
  Moment open_at_{};
  Moment sync_at_{};
  Moment ack_at_{};  // not before: the last one was not answered
  std::optional<Time> minted_;
};

}  // namespace edgeplane::simulate
