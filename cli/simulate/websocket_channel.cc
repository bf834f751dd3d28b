#include "cli/simulate/websocket_channel.h"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "base/version.h"

namespace edgeplane::simulate {
namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

constexpr size_t kMessageMax = 1024 * 1024;
constexpr size_t kIdleBufferMax = 4 * 1024;
// RFC 6455, 7.4.1: a close without a code.
constexpr uint16_t kNoStatus = 1005;

}  // namespace

std::string WebSocketChannel::End::Label() const {
  switch (cause) {
    case Cause::kLost:
      return "lost";
    case Cause::kClosed:
      return std::to_string(code);
    case Cause::kNoPong:
      return "no pong";
    case Cause::kStuck:
      return "stuck";
    case Cause::kCut:
      return "cut";
    case Cause::kLeft:
      return "left";
  }
  return "";
}

WebSocketChannel::WebSocketChannel(asio::io_context& loop, const Plan& plan, const Target& target,
                                   Duties& duties)
    : plan_(plan), target_(target), duties_(duties), wake_(loop) {}

// --- opening ------------------------------------------------------------------

asio::awaitable<WebSocketChannel::Opening> WebSocketChannel::Open(const Secret& bearer) {
  const Moment until = Steady::now() + plan_.upgrade_timeout;
  Opening opening;
  opening.failure = co_await Dial(target_, plan_, wake_, stream_);
  if (opening.failure.empty()) {
    stream_->SetDeadline(until - Steady::now());
    co_await Upgrade(bearer, opening);
    stream_->ClearDeadline();
  }
  if (!opening.open && stream_) stream_->Close();
  co_return opening;
}

asio::awaitable<void> WebSocketChannel::Upgrade(const Secret& bearer, Opening& opening) {
  socket_.emplace(*stream_);
  websocket::permessage_deflate offer;
  offer.client_enable = true;
  socket_->set_option(offer);
  socket_->read_message_max(kMessageMax);
  socket_->auto_fragment(false);
  socket_->text(true);
  socket_->set_option(websocket::stream_base::decorator([&](websocket::request_type& request) {
    std::string authorization = "Bearer ";
    authorization += bearer.Reveal();
    request.set(beast::http::field::authorization, authorization);
    Wipe(authorization);
    request.set(beast::http::field::user_agent, "edgeplane-simulate/" + std::string(Version()));
    request.set("X-Edge-Agent-Id", duties_.id());
    request.set("X-Edge-Protocol-Version", "1.0");
  }));
  const std::string path = target_.address().path + "/edge/ws?edge_agent_id=" + duties_.id();
  websocket::response_type response;
  error_code ec;
  co_await socket_->async_handshake(response, target_.authority(), path, Into(ec));
  // It holds references to what is here.
  socket_->set_option(websocket::stream_base::decorator([](websocket::request_type&) {}));
  if (!ec) {
    opening.open = true;
  } else if (ec == websocket::error::upgrade_declined) {
    opening.refused_with = response.result_int();
  } else {
    opening.failure =
        "upgrade: " + (ec == asio::error::timed_out ? "no answer in time" : ec.message());
  }
}

// --- the whole of it ----------------------------------------------------------

asio::awaitable<WebSocketChannel::End> WebSocketChannel::Live(Fate fate) {
  using namespace asio::experimental::awaitable_operators;
  fate_ = fate;
  live_ = true;
  // Agents that began together do not ping together.
  ping_at_ = Steady::now() + RandomSpan(plan_.ping_interval, duties_.random());
  duties_.outbox().SessionBegan();
  co_await (ReadAll() && WriteAll());
  live_ = false;
  stream_->Close();
  duties_.SessionEnded(heard_);
  co_return end_;
}

void WebSocketChannel::Leave() {
  leaving_ = true;
  if (!live_ && stream_) stream_->Close();
  wake_.cancel();
}

void WebSocketChannel::EndWith(Cause cause) {
  if (over_) return;
  over_ = true;
  end_.cause = cause;
  wake_.cancel();
}

// --- reading ------------------------------------------------------------------

asio::awaitable<void> WebSocketChannel::ReadAll() {
  for (;;) {
    error_code ec;
    co_await socket_->async_read(incoming_, Into(ec));
    if (ec) {
      EndBecause(ec);
      break;
    }
    Handle({static_cast<const char*>(incoming_.data().data()), incoming_.size()});
    incoming_.consume(incoming_.size());
    if (incoming_.capacity() > kIdleBufferMax) incoming_.shrink_to_fit();
    wake_.cancel();
  }
}

void WebSocketChannel::EndBecause(const error_code& read_error) {
  // The server's close has come, even where our answer to it found nobody.
  const uint16_t code = socket_->reason().code;
  if (code != websocket::close_code::none || read_error == websocket::error::closed) {
    // A server that restarts listens to last words, and so does one that answers
    // a close. Whoever is thrown out for another cause cannot know.
    heard_ = code == websocket::close_code::service_restart || end_.cause == Cause::kLeft;
    end_.code = code != websocket::close_code::none ? code : kNoStatus;
    return EndWith(Cause::kClosed);
  }
  if (Steady::now() < Deadline()) return EndWith(Cause::kLost);
  EndWith(pong_by_ <= write_by_ ? Cause::kNoPong : Cause::kStuck);
}

void WebSocketChannel::Handle(std::string_view text) {
  const Moment now = Steady::now();
  ServerMessage message = ParseServerMessage(text);
  if (const auto* command = std::get_if<Command>(&message)) {
    duties_.Carry(*command, Channel::kWebSocket, now);
  } else if (const auto* ack = std::get_if<EventAck>(&message)) {
    duties_.EventAcknowledged(ack->event_id, Channel::kWebSocket);
  } else if (std::holds_alternative<Pong>(message)) {
    if (pong_by_ == kNever) duties_.Complain({"a pong that nobody asked for"});
    pong_by_ = kNever;
    SetDeadline();
    duties_.outbox().PongReceived();
  } else if (std::holds_alternative<ConfigUpdate>(message)) {
    duties_.Configured(Channel::kWebSocket);
  } else if (const auto* complaint = std::get_if<Complaint>(&message)) {
    duties_.Complain(*complaint);
  }
}

// --- writing ------------------------------------------------------------------

asio::awaitable<void> WebSocketChannel::WriteAll() {
  while (!over_) {
    const Moment now = Steady::now();
    if (now >= fate_.cut) {
      EndWith(Cause::kCut);
      stream_->Cut();
      break;
    }
    if (leaving_ || now >= fate_.leave) {
      co_await Close();
      break;
    }
    if (std::optional<Outgoing> message = NextMessage(now)) {
      Outgoing next = std::move(*message);
      if (!co_await WriteOne(std::move(next))) break;
      continue;
    }
    wake_.expires_at(NextMoment());
    error_code ec;
    co_await wake_.async_wait(Into(ec));
  }
}

std::optional<WebSocketChannel::Outgoing> WebSocketChannel::NextMessage(Moment now) {
  if (now >= ping_at_) return Outgoing{Kind::kPing, std::string(kPingText), {}, {}};
  Outbox& outbox = duties_.outbox();
  if (std::optional<Ack> ack = outbox.TakeDueAck(now)) {
    std::string text = AckMessage(*ack, duties_.generation());
    return Outgoing{Kind::kAck, std::move(text), std::move(ack), {}};
  }
  duties_.MakeEvents(now);
  if (const Event* event = outbox.TakeUnsentEvent()) {
    return Outgoing{Kind::kEvent, EventMessage(*event), {}, event->event_id};
  }
  if (duties_.StatusDue(now)) {
    duties_.StatusTaken(now);
    return Outgoing{Kind::kStatus, StatusMessage(duties_.Status(now)), {}, {}};
  }
  return std::nullopt;
}

asio::awaitable<bool> WebSocketChannel::WriteOne(Outgoing message) {
  const Moment begun = Steady::now();
  if (message.kind == Kind::kPing) {
    ping_at_ = begun + plan_.ping_interval;
    // One pong is waited for at a time.
    if (pong_by_ == kNever) {
      pong_by_ = begun + plan_.pong_timeout;
      duties_.outbox().PingWritten(begun);
    }
  }
  write_by_ = begun + plan_.write_timeout;
  SetDeadline();
  error_code ec;
  co_await socket_->async_write(asio::buffer(message.text), Into(ec));
  if (ec) {  // the reader hears of it too
    if (message.ack) duties_.outbox().PutBack(std::move(*message.ack));
    co_return false;
  }
  write_by_ = kNever;
  SetDeadline();
  Written(message, Steady::now());
  co_return true;
}

void WebSocketChannel::Written(const Outgoing& message, Moment now) {
  if (message.ack) duties_.AckWritten(*message.ack, now);
  if (message.kind == Kind::kEvent) {
    duties_.EventWritten(message.event_id, Channel::kWebSocket);
  }
}

Moment WebSocketChannel::NextMoment() const {
  return std::min({ping_at_, duties_.NextDue(), fate_.cut, fate_.leave});
}

// Behind every write, the answer to a ping, and the answer to a close.
void WebSocketChannel::SetDeadline() {
  const Moment deadline = Deadline();
  if (deadline == kNever) return stream_->ClearDeadline();
  stream_->SetDeadline(deadline - Steady::now());
}

asio::awaitable<void> WebSocketChannel::Close() {
  EndWith(Cause::kLeft);
  close_by_ = Steady::now() + plan_.close_timeout;
  SetDeadline();
  const websocket::close_reason reason(websocket::close_code::normal);
  error_code ec;
  co_await socket_->async_close(reason, Into(ec));
  // The reader may have been the one who saw the answer.
  if (!ec) heard_ = true;
}

}  // namespace edgeplane::simulate
