// A connection's bytes, plain or under TLS, as Boost.Beast wants them
// (AsyncReadStream, AsyncWriteStream).
//
// TLS runs on the socket itself: OpenSSL reads and writes the file descriptor,
// and this class only waits for it to become ready. That needs none of the
// 17 KB blocks asio's ssl::stream keeps for each connection, and makes one type
// of plain and TLS connections, so that everything above is compiled once.
//
// Not thread safe: lives on one event loop. At most one read and one write at a
// time. A deadline that passes fails both with asio::error::timed_out, and goes
// on failing them until it is set anew.
#pragma once

#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/role.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace edgeplane::gateway {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, SslFree>;

class ByteStream {
 public:
  using executor_type = tcp::socket::executor_type;

  // `ssl` is null for a plain connection; otherwise a fresh side, the server's or
  // the client's.
  ByteStream(tcp::socket socket, SslPtr ssl, std::chrono::steady_clock::duration finish_timeout);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  executor_type get_executor() { return socket_.get_executor(); }

  // Completes with void(error_code). A plain stream succeeds at once.
  template <class Token>
  auto async_handshake(Token&& token);
  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token);
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token);
  // Writes `bytes` whole, as the last that is said: behind the write that is under
  // way, if there is one, and instead of every later one, which succeeds without
  // a byte sent. Completes with void(error_code).
  template <class Token>
  auto async_write_last(std::string bytes, Token&& token);
  // Ends the connection gently: says that nothing more will be sent (TLS
  // close_notify, TCP FIN), then reads and drops what the peer still sends until
  // it closes too. Without the reading, the kernel might answer leftovers with a
  // reset that destroys our last words. Takes at most the finish timeout and
  // 1 MiB, once: a second call succeeds at once. Never fails, as there is nothing
  // anybody could do about it.
  template <class Token>
  auto async_finish(Token&& token);

  void SetDeadline(std::chrono::steady_clock::duration from_now);
  void ClearDeadline();
  // Ends the connection at once; what is under way fails, and all that comes.
  void Close();
  // As if the line had been cut: what waits to be sent is thrown away, and the
  // peer sees a reset.
  void Cut();
  [[nodiscard]] bool is_open() const { return socket_.is_open(); }

  // Bytes that were read too early come first at the next read.
  void Unread(std::string bytes) { unread_ = std::move(bytes); }
  // Reads fail with no_buffer_space once this many more bytes have come in: a
  // bound where Beast has none (empty continuation frames).
  void SetReadBudget(size_t bytes) { read_budget_ = bytes; }

  [[nodiscard]] std::chrono::steady_clock::time_point last_read() const { return last_read_; }
  // Of the peer's point of view: under TLS, what is in records that went out whole.
  [[nodiscard]] uint64_t bytes_written() const { return bytes_written_; }
  [[nodiscard]] bool tls() const { return ssl_ != nullptr; }
  // Has the peer of a TLS connection sent anything yet?
  [[nodiscard]] bool HandshakeBegun() const;
  [[nodiscard]] std::string TlsVersion() const;
  // What TLS complained of when the handshake failed, in words.
  [[nodiscard]] const std::string& tls_failure() const { return tls_failure_; }

 private:
  enum class Want : uint8_t { kNothing, kRead, kWrite };
  struct Attempt {
    Want want = Want::kNothing;
    error_code error;
    size_t bytes = 0;
  };
  struct DeadlineState {
    ByteStream* stream;
    uint64_t generation = 0;
  };

  // Why nothing may be tried any more, if so.
  [[nodiscard]] error_code Unusable() const;
  Attempt TryHandshake();
  Attempt TryRead(void* data, size_t size);
  Attempt TryWrite(std::span<const asio::const_buffer> buffers);
  Attempt TryFinish();
  Attempt TryWriteTls(std::span<const asio::const_buffer> buffers);
  Attempt TryWritePlain(std::span<const asio::const_buffer> buffers);
  Attempt FromSsl(int result);
  void WriteBegins() { write_under_way_ = true; }
  void WriteOver() {
    write_under_way_ = false;
    write_over_.cancel();
  }

  // The operations (gateway/byte_stream_operations.h).
  template <class Derived>
  struct Op;
  struct HandshakeOp;
  struct FinishOp;
  struct ReadOp;
  template <class Buffers>
  struct WriteOp;
  struct LastWriteOp;

  static constexpr size_t kGatherMax = 16;

  tcp::socket socket_;
  SslPtr ssl_;
  const std::chrono::steady_clock::duration finish_timeout_;
  asio::steady_timer deadline_;
  std::shared_ptr<DeadlineState> deadline_state_;
  bool timed_out_ = false;
  bool write_under_way_ = false;
  asio::steady_timer write_over_;  // cancelled to wake; never expires
  uint64_t bytes_written_ = 0;
  bool said_last_ = false;
  bool finish_sent_ = false;
  bool finish_over_ = false;
  size_t finish_read_ = 0;
  std::string unread_;
  std::optional<size_t> read_budget_;
  std::chrono::steady_clock::time_point last_read_;
  std::string tls_failure_;
};

// What Beast's websocket::stream asks of a stream type.
void teardown(boost::beast::role_type role, ByteStream& stream, error_code& ec);
template <class Token>
void async_teardown(boost::beast::role_type role, ByteStream& stream, Token&& token);
void beast_close_socket(ByteStream& stream);

}  // namespace edgeplane::gateway

#include "gateway/byte_stream_operations.h"
