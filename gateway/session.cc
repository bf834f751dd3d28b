#include "gateway/session.h"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/websocket/error.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <cctype>

#include "base/reasons.h"
#include "gateway/into.h"

namespace edgeplane::gateway {

namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

// What one message may bring in beyond its own bytes: frame headers, pings
// between its fragments.
constexpr size_t kFramingAllowance = 64 * 1024;
// What the agent may say of one command (received, executing, completed, and some
// say completed twice) on top of its rate: being sent many is not its fault.
constexpr int64_t kAnswersPerCommand = 5;
constexpr Duration kAwaitedCloseMax = std::chrono::seconds(1);
constexpr auto kCongestionPause = std::chrono::milliseconds(100);

// RFC 6455, 5.5.1: FIN and opcode 8, the length, the code in network order, and
// the reason; all of at most 125 bytes, which the names of the vocabulary are. Agents
// are told them in lower case.
std::string CloseFrame(v1::Disconnect reason) {
  const int code = TraitsOf(reason).close_code();
  std::string name = NameOf(reason);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  std::string frame = "\x88";
  frame += static_cast<char>(2 + name.size());
  frame += static_cast<char>(code >> 8);
  frame += static_cast<char>(code & 0xff);
  return frame + name;
}

}  // namespace

Session::Session(Context context, SessionKey key, WebSocket& socket, ByteStream& stream)
    : context_(context),
      key_(std::move(key)),
      socket_(socket),
      stream_(stream),
      executor_(stream.get_executor()),
      frames_(context.settings.messages_per_minute, std::chrono::steady_clock::now()),
      wake_writer_(executor_, asio::steady_timer::time_point::max()),
      watch_(executor_),
      close_watch_(executor_, asio::steady_timer::time_point::max()) {}

asio::awaitable<void> Session::Run() {
  using namespace asio::experimental::awaitable_operators;
  socket_.control_callback([this](websocket::frame_type type, beast::string_view /*payload*/) {
    if (type == websocket::frame_type::close) {
      peer_closed_ = !ended();
    } else {
      CountFrame();
    }
  });
  if (context_.settings.welcome_message) Queue({std::string(kConnectedText), ""}, false);
  co_await (ReadAll() && WriteAll() && WatchSilence() && WatchClose());
  socket_.control_callback({});
}

void Session::End(v1::Disconnect reason) {
  if (ended()) return;
  end_reason_ = peer_closed_ ? v1::PEER_CLOSED : reason;
  wake_writer_.cancel();
  watch_.cancel();
  // From here on every wait has this one deadline behind it. Where another gateway
  // waits for the agent, an old line that nobody answers may not take long.
  const bool awaited = reason == v1::SUPERSEDED || reason == v1::LEASE_LOST;
  close_watch_.expires_after(awaited ? std::min(context_.settings.close_timeout, kAwaitedCloseMax)
                                     : context_.settings.close_timeout);
}

// --- reading ------------------------------------------------------------------

asio::awaitable<void> Session::ReadAll() {
  for (;;) {
    stream_.SetReadBudget(static_cast<size_t>(context_.settings.max_message_bytes) * 2 +
                          kFramingAllowance);
    error_code ec;
    co_await socket_.async_read(incoming_, Into(ec));
    if (ec) {
      EndBecause(ec);
      break;
    }
    const bool leaving = ended();
    const bool within_rate = CountFrame();
    // Whoever is being sent away is heard until it closes too: commands may be
    // done that nobody would know of. The rate is the bound to that.
    if (within_rate || !leaving) {
      Handle({static_cast<const char*>(incoming_.data().data()), incoming_.size()});
    }
    incoming_.consume(incoming_.size());
    // What a burst took is given back: thousands of sessions are idle.
    if (incoming_.capacity() > 16 * 1024) incoming_.shrink_to_fit();
    if (context_.registry.Congested()) co_await WaitWhileCongested();
  }
  reading_over_ = true;
  wake_writer_.cancel();
  watch_.cancel();
}

asio::awaitable<void> Session::WaitWhileCongested() {
  asio::steady_timer pause(executor_);
  while (context_.registry.Congested() && !ended()) {
    deaf_until_ = std::chrono::steady_clock::now() + kCongestionPause;
    pause.expires_after(kCongestionPause);
    error_code ec;
    co_await pause.async_wait(Into(ec));
  }
}

void Session::EndBecause(const error_code& ec) {
  // Of what breaks its protocol, Beast tells the agent itself. The read budget is
  // ours.
  silent_ = ec != asio::error::no_buffer_space;
  if (ec == websocket::error::closed) return End(v1::PEER_CLOSED);
  if (ec == websocket::error::message_too_big || ec == websocket::error::buffer_overflow) {
    return End(v1::MESSAGE_TOO_BIG);
  }
  if (ec == websocket::error::bad_frame_payload) return End(v1::INVALID_PAYLOAD);
  if (ec == websocket::condition::protocol_violation) return End(v1::PROTOCOL_ERROR);
  if (ec == asio::error::no_buffer_space) return End(v1::MESSAGE_RATE);
  End(v1::PEER_GONE);
}

bool Session::CountFrame() {
  if (frames_.Take(std::chrono::steady_clock::now())) return true;
  End(v1::MESSAGE_RATE);
  return false;
}

// --- writing ------------------------------------------------------------------

asio::awaitable<void> Session::WriteAll() {
  socket_.text(true);
  while (!ended()) {
    if (NothingToWrite()) {
      error_code ec;
      co_await wake_writer_.async_wait(Into(ec));
    } else if (!co_await WriteOne()) {
      break;
    }
  }
  co_await Close();
}

asio::awaitable<bool> Session::WriteOne() {
  Outgoing message = NextOutgoing();
  close_watch_.expires_after(context_.settings.write_timeout);
  // Before it is: the agent may answer before the write is seen to be over.
  if (!message.command_id.empty()) {
    written_.Add(message.command_id);
    frames_.Credit(kAnswersPerCommand);
  }
  const uint64_t written_before = stream_.bytes_written();
  error_code ec;
  co_await socket_.async_write(asio::buffer(message.text), Into(ec));
  if (!ended()) close_watch_.expires_at(asio::steady_timer::time_point::max());
  if (ec) {
    if (!ended()) End(v1::PEER_GONE);
    if (stream_.bytes_written() == written_before) written_.Remove(message.command_id);
    co_return false;
  }
  if (!message.command_id.empty()) context_.registry.Written(key_, message.command_id);
  if (message.config_version != 0) context_.registry.ConfigWritten(key_, message.config_version);
  co_return true;
}

// Not Beast's async_close: that one throws away every message which arrives before
// the agent's own close, acknowledgements among them; and it waits for ever when
// the agent breaks the protocol meanwhile, as the read operation then wants to
// write while it holds what async_close waits for.
asio::awaitable<void> Session::Close() {
  error_code ec;
  if (!silent_ && !peer_closed_) {
    std::string frame = CloseFrame(end_reason_);
    co_await stream_.async_write_last(std::move(frame), Into(ec));
  }
  if (!ec) co_await WaitForTheReader();
  error_code ignored;
  co_await stream_.async_finish(Into(ignored));
  stream_.Close();
  close_watch_.cancel();
}

// Ends with the agent's close, or with the connection: at the latest when
// close_watch_ cuts it.
asio::awaitable<void> Session::WaitForTheReader() {
  while (!reading_over_) {
    error_code ec;
    co_await wake_writer_.async_wait(Into(ec));
  }
}

// --- watching -----------------------------------------------------------------

// Any byte counts as life: a long message on a slow line is no silence.
asio::awaitable<void> Session::WatchSilence() {
  while (!ended()) {
    const auto dead_at =
        std::max(stream_.last_read(), deaf_until_) + context_.settings.session_idle_timeout;
    if (std::chrono::steady_clock::now() >= dead_at) {
      End(v1::IDLE_TIMEOUT);
      break;
    }
    watch_.expires_at(dead_at);
    error_code ec;
    co_await watch_.async_wait(Into(ec));
  }
}

// The deadline behind every write and behind the closing handshake: whoever is
// not through by then is cut off.
asio::awaitable<void> Session::WatchClose() {
  for (;;) {
    error_code ec;
    co_await close_watch_.async_wait(Into(ec));
    if (!stream_.is_open()) break;
    if (ec || close_watch_.expiry() > std::chrono::steady_clock::now()) continue;
    if (!ended()) End(v1::SLOW_CONSUMER);
    stream_.Close();
    break;
  }
}

}  // namespace edgeplane::gateway
