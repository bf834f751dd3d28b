#include "cli/simulate/duties.h"

#include <functional>

#include "base/uuid.h"

namespace edgeplane::simulate {
namespace {

// One in so many agents is of the first generation.
constexpr int64_t kFirstGenerationEvery = 4;

}  // namespace

std::string_view NameOf(Channel channel) {
  return channel == Channel::kWebSocket ? "websocket" : "http";
}

Duties::Duties(Books& books, int64_t number)
    : books_(books),
      id_(AgentId(books.plan, number)),
      generation_(number % kFirstGenerationEvery == kFirstGenerationEvery - 1
                      ? Generation::kFirst
                      : Generation::kPresent),
      // The multiplier keeps neighbours apart; any odd number does.
      random_(static_cast<Random::result_type>(
          (books.plan.seed + static_cast<uint64_t>(number) + 1) * 0x9E3779B97F4A7C15U >> 32)),
      events_(books.plan.event_every),
      status_(books.plan.status_every) {}

void Duties::Begin(Moment now) {
  began_ = now;
  events_.Begin(now, random_);
  status_.Begin(now, random_);
}

// --- what arrives -------------------------------------------------------------

void Duties::Carry(const Command& command, Channel channel, Moment now) {
  Tally& tally = books_.tally;
  ++tally.commands_received;
  const Time time = books_.clock.Now();
  if (command.time) tally.latency.Add(time - *command.time);
  if (!books_.seen.Add(command.command_id)) ++tally.commands_twice;
  last_command_ = command.command_id;
  Note("command", channel, command.command_id);
  if (channel == Channel::kWebSocket && generation_ == Generation::kPresent) {
    AddAck({command.command_id, AckWord::kReceived, time}, now);
  }
  const AckWord word = Fails(command.command_id) ? AckWord::kFailed : AckWord::kCompleted;
  const Duration delay = books_.plan.ack_delay;
  AddAck({command.command_id, word, time + delay}, now + delay);
}

// The same command fails whenever it is carried out: what comes twice does not
// end in two ways.
bool Duties::Fails(std::string_view command_id) const {
  const uint64_t hash = std::hash<std::string_view>()(command_id) ^ books_.plan.seed;
  return static_cast<int64_t>(hash % 100) < books_.plan.fail_percent;
}

void Duties::AddAck(Ack ack, Moment due) {
  const bool final = ack.word != AckWord::kReceived;
  if (!outbox_.AddAck(std::move(ack), due)) {
    CountUp(books_.tally.errors, "an acknowledgement dropped, as too many wait");
  } else if (final) {
    ++books_.tally.acks_waiting;
  }
}

void Duties::EventAcknowledged(const std::string& event_id, Channel channel) {
  Note("event_ack", channel, event_id);
  // Acknowledged again: it was reported again.
  if (outbox_.EventAcknowledged(event_id)) ++books_.tally.events_acked;
}

void Duties::Configured(Channel channel) {
  Note("config", channel);
  ++books_.tally.config_updates;
}

void Duties::Complain(const Complaint& complaint) {
  CountUp(books_.tally.errors, "the server sent " + std::string(complaint.what));
}

// --- what is said -------------------------------------------------------------

void Duties::MakeEvents(Moment now) {
  if (books_.quiet || !events_.Due(now)) return;
  events_.Advance(now, random_);
  if (!outbox_.HasRoomForEvent()) {
    CountUp(books_.tally.errors, "an event not made, as too many wait");
    return;
  }
  const Time time = books_.clock.Now();
  const std::string thread = random_() % 2 == 0 ? "thread-" + std::to_string(random_() % 8) : "";
  outbox_.AddEvent({NewUuid(time), thread, ++events_made_, time});
  ++books_.tally.events_made;
}

AgentStatus Duties::Status(Moment now) const {
  return {.scheduled_messages = static_cast<int64_t>(outbox_.acks_waiting()),
          .active_rules = 3,
          .uptime_seconds = InSeconds(now - began_),
          .memory_usage_mb = 24.5};
}

Moment Duties::NextDue() const {
  Moment next = std::min(outbox_.NextAckDue(), status_.next());
  if (!books_.quiet) next = std::min(next, events_.next());
  return next;
}

void Duties::AckWritten(const Ack& ack, Moment now) {
  outbox_.AckWritten(ack, now);
  if (ack.word == AckWord::kReceived) {
    Note("ack", Channel::kWebSocket, ack.command_id, NameOf(ack.word));
  } else {
    CountFinal(ack, Channel::kWebSocket);
  }
}

void Duties::AckAnswered(const Ack& ack) { CountFinal(ack, Channel::kHttp); }

void Duties::AckDropped(std::string_view why) {
  --books_.tally.acks_waiting;
  CountUp(books_.tally.errors, why);
}

void Duties::CountFinal(const Ack& ack, Channel channel) {
  ++books_.tally.acks_sent;
  --books_.tally.acks_waiting;
  Note("ack", channel, ack.command_id, NameOf(ack.word));
}

void Duties::EventWritten(std::string_view event_id, Channel channel) {
  Note("event", channel, event_id);
  ++books_.tally.events_sent;
}

void Duties::SessionEnded(bool heard) {
  const size_t before = outbox_.acks_waiting();
  outbox_.SessionEnded(heard);
  const auto again = static_cast<int64_t>(outbox_.acks_waiting() - before);
  books_.tally.acks_waiting += again;
  books_.tally.acks_repeated += again;
}

void Duties::Note(std::string_view what, Channel channel, std::string_view id,
                  std::string_view word) {
  books_.journal.Write({what, id_, NameOf(channel), id, word});
}

}  // namespace edgeplane::simulate
