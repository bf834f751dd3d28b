// Agent over HTTP: acknowledgements, and the exchange every so often.
#include "cli/simulate/agent.h"

namespace edgeplane::simulate {
namespace {

constexpr size_t kSyncEventsMax = 100;
// An agent that is handed a configuration syncs again at once. A server that
// hands out the same one for ever makes it spin: the simulator says so and does
// not.
constexpr int kImmediateSyncsMax = 10;
// After an acknowledgement that was not answered.
constexpr Duration kAckRetry = std::chrono::seconds(2);

}  // namespace

Moment Agent::NextPoll() const {
  return std::min(sync_at_, std::max(duties_.NextFinalAck(), ack_at_));
}

asio::awaitable<void> Agent::Poll() {
  const Moment now = Steady::now();
  if (now >= ack_at_) {
    while (std::optional<Ack> ack = duties_.outbox().TakeDueFinalAck(Steady::now())) {
      Ack next = std::move(*ack);
      const bool answered = co_await AcknowledgeByHttp(std::move(next));
      if (!answered) break;
    }
  }
  if (!leaving_ && now >= sync_at_) co_await Sync();
}

asio::awaitable<bool> Agent::AcknowledgeByHttp(Ack ack) {
  const bool first_generation = duties_.generation() == Generation::kFirst;
  const std::string_view path = first_generation ? "/edge/ack_command" : "/edge/command/ack";
  std::string body = AckBody(ack, duties_.generation());
  const Secret bearer = Bearer();
  const HttpChannel::Answer answer =
      co_await http_.Post(path, duties_.id(), bearer, std::move(body));
  if (answer.status == 200) {
    duties_.AckAnswered(ack);
    co_return true;
  }
  // The server knows better, and will go on doing so.
  if (answer.status == 404 || answer.status == 409) {
    duties_.AckDropped("an acknowledgement answered with " + std::to_string(answer.status));
    co_return true;
  }
  if (!leaving_) CountFailure(answer.status, answer.failure);
  duties_.outbox().PutBack(std::move(ack));
  ack_at_ = Steady::now() + kAckRetry;
  co_return false;
}

asio::awaitable<void> Agent::Sync() {
  duties_.MakeEvents(Steady::now());
  const std::deque<Event>& events = duties_.outbox().events();
  const size_t count = std::min(events.size(), kSyncEventsMax);
  for (size_t i = 0; i < count; ++i) duties_.EventWritten(events[i].event_id, Channel::kHttp);
  std::string body = SyncBody(duties_.id(), duties_.last_command_id(), events, count,
                              duties_.Status(Steady::now()));
  const Secret bearer = Bearer();
  const HttpChannel::Answer answer =
      co_await http_.Post("/edge/sync", duties_.id(), bearer, std::move(body));
  if (leaving_) co_return;
  const bool again = TakeSyncAnswer(answer);
  SetPolling(answer.status == 200 && polls());
  immediate_syncs_ = again ? immediate_syncs_ + 1 : 0;
  const Duration interval = books_.quiet ? std::min(kSettlingInterval, books_.plan.sync_interval)
                                         : books_.plan.sync_interval;
  const Moment now = Steady::now();
  sync_at_ = now + interval;
  if (!again) co_return;
  if (immediate_syncs_ <= kImmediateSyncsMax) {
    sync_at_ = now;
  } else {
    CountUp(books_.tally.errors, "config_updates without an end");
  }
}

// Whether the agent syncs again at once.
bool Agent::TakeSyncAnswer(const HttpChannel::Answer& answer) {
  if (answer.status != 200) {
    CountFailure(answer.status, answer.failure);
    return false;
  }
  ++books_.tally.syncs;
  std::variant<SyncAnswer, Complaint> parsed = ParseSyncAnswer(answer.body);
  if (const auto* complaint = std::get_if<Complaint>(&parsed)) {
    duties_.Complain(*complaint);
    return false;
  }
  const auto& good = std::get<SyncAnswer>(parsed);
  for (const std::string& id : good.acked_events) duties_.EventAcknowledged(id, Channel::kHttp);
  const Moment now = Steady::now();
  for (const Command& command : good.commands) duties_.Carry(command, Channel::kHttp, now);
  if (good.config_update) duties_.Configured(Channel::kHttp);
  return good.config_update;
}

void Agent::CountFailure(int status, const std::string& failure) {
  if (status != 0) {
    CountUp(books_.tally.refusals, std::to_string(status));
  } else {
    CountUp(books_.tally.errors, failure);
  }
}

void Agent::SetPolling(bool answered) {
  if (answered == counted_polling_) return;
  counted_polling_ = answered;
  books_.tally.polling += answered ? 1 : -1;
}

}  // namespace edgeplane::simulate
