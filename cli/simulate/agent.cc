#include "cli/simulate/agent.h"

#include "cli/simulate/credentials.h"

namespace edgeplane::simulate {
namespace {

// How many opens may fail in a row before an agent polls.
constexpr int kFailedOpensMax = 3;
constexpr uint16_t kRestart = 1012;

// The channel an agent is on: nobody finds it when it is gone, however it goes.
class OnChannel {
 public:
  OnChannel(WebSocketChannel*& place, WebSocketChannel& channel) : place_(place) {
    place_ = &channel;
  }
  ~OnChannel() { place_ = nullptr; }
  OnChannel(const OnChannel&) = delete;
  OnChannel& operator=(const OnChannel&) = delete;

 private:
  WebSocketChannel*& place_;
};

}  // namespace

Agent::Agent(asio::io_context& loop, Books& books, const Target& target, const Secret& key,
             int64_t number)
    : loop_(loop),
      books_(books),
      target_(target),
      key_(key),
      number_(number),
      duties_(books, number),
      switch_(books.plan.switch_every),
      cut_(books.plan.cut_every),
      http_(loop, books.plan, target),
      wake_(loop),
      only_polls_(OnlyPolls(books.plan, number)) {}

asio::awaitable<void> Agent::Live(Moment start) {
  co_await WaitUntil(start);
  if (leaving_) co_return;
  const Moment begun = Steady::now();
  ++books_.tally.started;
  duties_.Begin(begun);
  if (!only_polls_ && !books_.quiet) {
    switch_.Begin(begun, duties_.random());
    cut_.Begin(begun, duties_.random());
  }
  while (!leaving_) {
    const Moment now = Steady::now();
    if (switch_.Due(now)) {
      SwitchChannel(now);
    } else if (uses_websocket() && now >= open_at_) {
      co_await HoldWebSocket();
    } else if (polls() && now >= NextPoll()) {
      co_await Poll();
    } else {
      duties_.MakeEvents(now);
      co_await WaitUntil(NextMoment());
    }
  }
  SetPolling(false);
  http_.Close();
}

asio::awaitable<void> Agent::WaitUntil(Moment moment) {
  if (leaving_) co_return;
  wake_.expires_at(moment);
  error_code ec;
  co_await wake_.async_wait(Into(ec));
}

Moment Agent::NextMoment() const {
  Moment next = switch_.next();
  if (uses_websocket()) next = std::min(next, open_at_);
  if (polls()) next = std::min(next, NextPoll());
  return next;
}

void Agent::SwitchChannel(Moment now) {
  switch_.Advance(now, duties_.random());
  chose_polling_ = !chose_polling_;
  fallen_back_ = false;
  if (chose_polling_) {
    sync_at_ = now;
  } else {
    SetPolling(false);
    open_at_ = now;
  }
}

void Agent::Settle() {
  switch_ = Rhythm(Duration::zero());
  cut_ = Rhythm(Duration::zero());
  if (websocket_ != nullptr) websocket_->CalmDown();
  // Who polls does not wait for its turn, to learn whether all is done.
  sync_at_ = std::min(sync_at_, Steady::now() + RandomSpan(kSettlingInterval, duties_.random()));
  wake_.cancel();
}

void Agent::Leave() {
  leaving_ = true;
  if (websocket_ != nullptr) websocket_->Leave();
  http_.Close();
  wake_.cancel();
}

// Agents mint a token and go on using it; half of them present the raw secret
// instead.
Secret Agent::Bearer() {
  Secret secret = SecretOf(key_.Reveal(), duties_.id());
  if (number_ % 2 == 0) return secret;
  const Time now = books_.clock.Now();
  if (!minted_ || now - *minted_ > kTokenUse) minted_ = now;
  return MintToken(secret, duties_.id(), PhoneOf(key_.Reveal(), duties_.id()), *minted_);
}

// --- the WebSocket ------------------------------------------------------------

asio::awaitable<void> Agent::HoldWebSocket() {
  WebSocketChannel channel(loop_, books_.plan, target_, duties_);
  const OnChannel on_channel(websocket_, channel);
  const Secret bearer = Bearer();
  const WebSocketChannel::Opening opening = co_await channel.Open(bearer);
  if (!opening.open) {
    if (!leaving_) OpenFailed(opening);
    co_return;
  }
  failed_opens_ = 0;
  fallen_back_ = false;
  back_off_.Reset();
  SetPolling(false);
  http_.Drop();
  ++books_.tally.opens;
  ++books_.tally.connected;
  duties_.Note("open", Channel::kWebSocket);
  // What should have cut it while there was nothing to cut has missed it.
  if (const Moment now = Steady::now(); cut_.Due(now)) cut_.Advance(now, duties_.random());
  const WebSocketChannel::Fate fate{.leave = switch_.next(), .cut = cut_.next()};
  const WebSocketChannel::End end = co_await channel.Live(fate);
  --books_.tally.connected;
  Ended(end);
}

void Agent::OpenFailed(const WebSocketChannel::Opening& opening) {
  const Moment now = Steady::now();
  CountFailure(opening.refused_with, opening.failure);
  if (opening.refused_with != 0) {
    duties_.Note("refused", Channel::kWebSocket, {}, std::to_string(opening.refused_with));
  }
  open_at_ = now + back_off_.Next();
  if (++failed_opens_ < kFailedOpensMax || fallen_back_) return;
  fallen_back_ = true;
  sync_at_ = now;
}

void Agent::Ended(const WebSocketChannel::End& end) {
  const Moment now = Steady::now();
  const std::string label = end.Label();
  CountUp(books_.tally.closes, label);
  duties_.Note("close", Channel::kWebSocket, {}, label);
  if (cut_.Due(now)) cut_.Advance(now, duties_.random());
  // Of a restart agents are told, and come back at once.
  const bool restart = end.cause == WebSocketChannel::Cause::kClosed && end.code == kRestart;
  open_at_ = restart ? now : now + back_off_.Next();
}

}  // namespace edgeplane::simulate
