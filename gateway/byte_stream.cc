#include "gateway/byte_stream.h"

#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace edgeplane::gateway {

namespace {

// One TLS record's worth (RFC 8446, 5.1).
constexpr size_t kRecordMax = 16 * 1024;
constexpr size_t kFinishReadMax = 1024 * 1024;

error_code FromErrno(int number) { return {number, boost::system::system_category()}; }

}  // namespace

ByteStream::ByteStream(tcp::socket socket, SslPtr ssl,
                       std::chrono::steady_clock::duration finish_timeout)
    : socket_(std::move(socket)),
      ssl_(std::move(ssl)),
      finish_timeout_(finish_timeout),
      deadline_(socket_.get_executor()),
      deadline_state_(std::make_shared<DeadlineState>()),
      write_over_(socket_.get_executor(), asio::steady_timer::time_point::max()),
      last_read_(std::chrono::steady_clock::now()) {
  deadline_state_->stream = this;
  error_code ec;
  socket_.native_non_blocking(true, ec);
  socket_.set_option(tcp::no_delay(true), ec);
  if (ssl_) SSL_set_fd(ssl_.get(), socket_.native_handle());
}

ByteStream::~ByteStream() {
  // A timer that has just expired may still be on its way to its handler.
  deadline_state_->stream = nullptr;
}

void ByteStream::SetDeadline(std::chrono::steady_clock::duration from_now) {
  ClearDeadline();
  deadline_.expires_after(from_now);
  deadline_.async_wait(
      [state = deadline_state_, generation = deadline_state_->generation](const error_code& ec) {
        if (ec || state->stream == nullptr || state->generation != generation) return;
        state->stream->timed_out_ = true;
        error_code ignored;
        state->stream->socket_.cancel(ignored);
      });
}

void ByteStream::ClearDeadline() {
  ++deadline_state_->generation;
  deadline_.cancel();
  timed_out_ = false;
}

void ByteStream::Close() {
  error_code ignored;
  socket_.close(ignored);
}

void ByteStream::Cut() {
  error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  Close();
}

bool ByteStream::HandshakeBegun() const {
  return ssl_ && BIO_number_read(SSL_get_rbio(ssl_.get())) > 0;
}

std::string ByteStream::TlsVersion() const { return ssl_ ? SSL_get_version(ssl_.get()) : ""; }

// OpenSSL keeps the number of the file descriptor, which after Close is free for
// any file or connection of this process: not one call may reach it from then on.
error_code ByteStream::Unusable() const {
  if (timed_out_) return asio::error::timed_out;
  if (!socket_.is_open()) return asio::error::bad_descriptor;
  return {};
}

ByteStream::Attempt ByteStream::FromSsl(int result) {
  const int saved_errno = errno;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {.want = Want::kRead};
    case SSL_ERROR_WANT_WRITE:
      return {.want = Want::kWrite};
    case SSL_ERROR_ZERO_RETURN:
      return {.error = asio::error::eof};
    case SSL_ERROR_SYSCALL:
      if (saved_errno == 0) return {.error = asio::error::eof};
      return {.error = FromErrno(saved_errno)};
    default:
      break;
  }
  const unsigned long code = ERR_get_error();
  const char* reason = ERR_reason_error_string(code);
  tls_failure_ = reason != nullptr ? reason : "unknown TLS error";
  return {.error = FromErrno(EPROTO)};
}

ByteStream::Attempt ByteStream::TryHandshake() {
  if (const error_code ec = Unusable()) return {.error = ec};
  if (!ssl_) return {};
  ERR_clear_error();
  errno = 0;
  const int result =
      SSL_is_server(ssl_.get()) != 0 ? SSL_accept(ssl_.get()) : SSL_connect(ssl_.get());
  if (result == 1) return {};
  return FromSsl(result);
}

ByteStream::Attempt ByteStream::TryRead(void* data, size_t size) {
  if (const error_code ec = Unusable()) return {.error = ec};
  if (size == 0) return {};
  if (!unread_.empty()) {
    const size_t count = std::min(size, unread_.size());
    std::memcpy(data, unread_.data(), count);
    unread_.erase(0, count);
    return {.bytes = count};
  }
  if (read_budget_ && *read_budget_ == 0) return {.error = asio::error::no_buffer_space};
  Attempt attempt;
  if (ssl_) {
    ERR_clear_error();
    errno = 0;
    const int result =
        SSL_read(ssl_.get(), data, static_cast<int>(std::min(size, size_t{1} << 30)));
    attempt = result > 0 ? Attempt{.bytes = static_cast<size_t>(result)} : FromSsl(result);
  } else {
    const ssize_t result = ::recv(socket_.native_handle(), data, size, MSG_DONTWAIT);
    if (result > 0) {
      attempt.bytes = static_cast<size_t>(result);
    } else if (result == 0) {
      attempt.error = asio::error::eof;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) {
      attempt.want = Want::kRead;
    } else {
      attempt.error = FromErrno(errno);
    }
  }
  if (attempt.bytes > 0) {
    last_read_ = std::chrono::steady_clock::now();
    if (read_budget_) *read_budget_ -= std::min(*read_budget_, attempt.bytes);
  }
  return attempt;
}

ByteStream::Attempt ByteStream::TryWrite(std::span<const asio::const_buffer> buffers) {
  if (const error_code ec = Unusable()) return {.error = ec};
  if (buffers.empty()) return {};
  const Attempt attempt = ssl_ ? TryWriteTls(buffers) : TryWritePlain(buffers);
  bytes_written_ += attempt.bytes;
  return attempt;
}

ByteStream::Attempt ByteStream::TryWriteTls(std::span<const asio::const_buffer> buffers) {
  // A header and its payload become one record, and so one packet. The scratch
  // may be shared: SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER is set, and a repeated
  // attempt gathers the same bytes again.
  thread_local std::array<unsigned char, kRecordMax> scratch;
  const void* data = buffers[0].data();
  size_t size = std::min(buffers[0].size(), kRecordMax);
  if (buffers.size() > 1) {
    size = 0;
    for (const asio::const_buffer& buffer : buffers) {
      const size_t count = std::min(buffer.size(), kRecordMax - size);
      std::memcpy(scratch.data() + size, buffer.data(), count);
      size += count;
    }
    data = scratch.data();
  }
  ERR_clear_error();
  errno = 0;
  const int result = SSL_write(ssl_.get(), data, static_cast<int>(size));
  if (result > 0) return {.bytes = static_cast<size_t>(result)};
  return FromSsl(result);
}

ByteStream::Attempt ByteStream::TryWritePlain(std::span<const asio::const_buffer> buffers) {
  std::array<iovec, kGatherMax> parts;
  for (size_t i = 0; i < buffers.size(); ++i) {
    parts[i] = {const_cast<void*>(buffers[i].data()), buffers[i].size()};
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = buffers.size();
  const ssize_t result = ::sendmsg(socket_.native_handle(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (result >= 0) return {.bytes = static_cast<size_t>(result)};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {.want = Want::kWrite};
  return {.error = FromErrno(errno)};
}

ByteStream::Attempt ByteStream::TryFinish() {
  if (finish_over_) return {};
  if (const error_code ec = Unusable()) return {.error = ec};
  if (!finish_sent_) {
    finish_sent_ = true;
    // One try: a peer that does not take close_notify gets the FIN all the same.
    if (ssl_ && SSL_is_init_finished(ssl_.get()) != 0) {
      ERR_clear_error();
      SSL_shutdown(ssl_.get());
    }
    error_code ec;
    socket_.shutdown(tcp::socket::shutdown_send, ec);
    if (ec) return {.error = ec};
  }
  std::array<unsigned char, 4096> dropped;
  for (;;) {
    const ssize_t result =
        ::recv(socket_.native_handle(), dropped.data(), dropped.size(), MSG_DONTWAIT);
    if (result == 0) return {};
    if (result < 0) {
      if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {.want = Want::kRead};
      return {.error = FromErrno(errno)};
    }
    finish_read_ += static_cast<size_t>(result);
    if (finish_read_ > kFinishReadMax) return {.error = asio::error::no_buffer_space};
  }
}

void teardown(boost::beast::role_type /*role*/, ByteStream& stream, error_code& ec) {
  stream.Close();
  ec = {};
}

void beast_close_socket(ByteStream& stream) { stream.Close(); }

}  // namespace edgeplane::gateway
