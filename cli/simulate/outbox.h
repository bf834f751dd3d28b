// What an agent still has to say: acknowledgements, and events until they are
// acknowledged. It outlives connections, and serves both channels.
//
// An acknowledgement over the WebSocket is not answered. One that was written is
// taken as heard when a ping that was sent a while later has its pong, or when
// the connection ended by a close; of what a connection that broke took with it,
// the final ones are said again.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "cli/simulate/agent_words.h"
#include "cli/simulate/steady.h"

namespace edgeplane::simulate {

class Outbox {
 public:
  // --- acknowledgements ---
  // False when there is no room, and it is dropped.
  bool AddAck(Ack ack, Moment due);
  // What is to be said now, or nothing: what was received before what is done.
  std::optional<Ack> TakeDueAck(Moment now);
  // The same for polling agents, who only say what is done.
  std::optional<Ack> TakeDueFinalAck(Moment now);
  // It could not be said; it is the next again.
  void PutBack(Ack ack);
  // It was written to a WebSocket.
  void AckWritten(Ack ack, Moment now);
  [[nodiscard]] Moment NextAckDue() const;
  [[nodiscard]] Moment NextFinalAckDue() const;
  [[nodiscard]] size_t acks_waiting() const { return received_.size() + final_.size(); }

  void PingWritten(Moment now);
  void PongReceived();

  // --- events ---
  [[nodiscard]] bool HasRoomForEvent() const { return events_.size() < kEventsMax; }
  void AddEvent(Event event) { events_.push_back(std::move(event)); }
  // The next that this session has not sent, or nothing: a few at a time.
  const Event* TakeUnsentEvent();
  // False when it is not waited for (any more).
  bool EventAcknowledged(std::string_view event_id);
  [[nodiscard]] const std::deque<Event>& events() const { return events_; }

  // --- the WebSocket ---
  void SessionBegan();
  // `heard`: it ended by a close, so that everything before was heard.
  void SessionEnded(bool heard);

 private:
  static constexpr size_t kAcksMax = 4096;
  static constexpr size_t kUnconfirmedMax = 256;
  static constexpr size_t kEventsMax = 1000;
  static constexpr size_t kEventsInFlightMax = 32;
  // A pong says that the gateway read what came before the ping; that long, what
  // it read is durable.
  static constexpr Duration kDurableAfter = std::chrono::seconds(5);

  struct Waiting {
    Ack ack;
    Moment due;
  };
  struct Written {
    Ack ack;
    Moment at;
  };

  std::deque<Waiting> received_;
  std::deque<Waiting> final_;  // by due time
  std::deque<Written> unconfirmed_;
  size_t confirmed_by_pong_ = 0;  // of unconfirmed_
  std::deque<Event> events_;      // oldest first; the first events_sent_ of them were sent
  size_t events_sent_ = 0;
};

}  // namespace edgeplane::simulate
