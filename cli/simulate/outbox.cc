#include "cli/simulate/outbox.h"

#include <algorithm>

namespace edgeplane::simulate {

bool Outbox::AddAck(Ack ack, Moment due) {
  if (acks_waiting() >= kAcksMax) return false;
  std::deque<Waiting>& queue = ack.word == AckWord::kReceived ? received_ : final_;
  queue.push_back({std::move(ack), due});
  return true;
}

std::optional<Ack> Outbox::TakeDueAck(Moment now) {
  if (received_.empty()) return TakeDueFinalAck(now);
  Ack ack = std::move(received_.front().ack);
  received_.pop_front();
  return ack;
}

std::optional<Ack> Outbox::TakeDueFinalAck(Moment now) {
  if (final_.empty() || final_.front().due > now) return std::nullopt;
  Ack ack = std::move(final_.front().ack);
  final_.pop_front();
  return ack;
}

void Outbox::PutBack(Ack ack) {
  std::deque<Waiting>& queue = ack.word == AckWord::kReceived ? received_ : final_;
  queue.push_front({std::move(ack), Moment()});
}

void Outbox::AckWritten(Ack ack, Moment now) {
  if (ack.word == AckWord::kReceived) return;
  if (unconfirmed_.size() >= kUnconfirmedMax) {
    unconfirmed_.pop_front();
    if (confirmed_by_pong_ > 0) --confirmed_by_pong_;
  }
  unconfirmed_.push_back({std::move(ack), now});
}

Moment Outbox::NextAckDue() const {
  return received_.empty() ? NextFinalAckDue() : received_.front().due;
}

Moment Outbox::NextFinalAckDue() const { return final_.empty() ? kNever : final_.front().due; }

void Outbox::PingWritten(Moment now) {
  const auto too_young = std::ranges::find_if(
      unconfirmed_, [now](const Written& written) { return now - written.at < kDurableAfter; });
  confirmed_by_pong_ = static_cast<size_t>(too_young - unconfirmed_.begin());
}

void Outbox::PongReceived() {
  unconfirmed_.erase(unconfirmed_.begin(),
                     unconfirmed_.begin() + static_cast<ptrdiff_t>(confirmed_by_pong_));
  confirmed_by_pong_ = 0;
}

const Event* Outbox::TakeUnsentEvent() {
  if (events_sent_ >= std::min(events_.size(), kEventsInFlightMax)) return nullptr;
  return &events_[events_sent_++];
}

bool Outbox::EventAcknowledged(std::string_view event_id) {
  const auto found = std::ranges::find(events_, event_id, &Event::event_id);
  if (found == events_.end()) return false;
  if (static_cast<size_t>(found - events_.begin()) < events_sent_) --events_sent_;
  events_.erase(found);
  return true;
}

void Outbox::SessionBegan() {
  events_sent_ = 0;
  confirmed_by_pong_ = 0;
}

void Outbox::SessionEnded(bool heard) {
  if (!heard) {
    // They are due, and older than what waits.
    for (; !unconfirmed_.empty(); unconfirmed_.pop_back()) {
      PutBack(std::move(unconfirmed_.back().ack));
    }
  }
  unconfirmed_.clear();
  confirmed_by_pong_ = 0;
  // What was received is known from the delivery, or comes again.
  events_sent_ = 0;
}

}  // namespace edgeplane::simulate
