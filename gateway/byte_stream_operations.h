// ByteStream's asynchronous operations. Included by gateway/byte_stream.h only.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/post.hpp>
#include <string>
#include <utility>

#include "gateway/byte_stream.h"

namespace edgeplane::gateway {

// One attempt after another, waiting for the socket in between. A completion
// is never run inside the call that started the operation.
template <class Derived>
struct ByteStream::Op {
  template <class Self>
  void Step(Self& self, ByteStream& stream, const error_code& ec, const Attempt& attempt) {
    auto& derived = static_cast<Derived&>(*this);
    if (!ec && !attempt.error && attempt.want != Want::kNothing) {
      started = true;
      stream.socket_.async_wait(
          attempt.want == Want::kRead ? tcp::socket::wait_read : tcp::socket::wait_write,
          std::move(self));
      return;
    }
    result = attempt;
    if (ec) result.error = stream.timed_out_ ? asio::error::timed_out : ec;
    if (started) return derived.Complete(self);
    finished = true;
    asio::post(stream.socket_.get_executor(), std::move(self));
  }
  bool started = false;
  bool finished = false;
  Attempt result{};
};

struct ByteStream::HandshakeOp : Op<HandshakeOp> {
  explicit HandshakeOp(ByteStream& s) : stream(s) {}
  ByteStream& stream;
  template <class Self>
  void operator()(Self& self, const error_code& ec = {}) {
    if (this->finished) return Complete(self);
    this->Step(self, stream, ec, ec ? Attempt{} : stream.TryHandshake());
  }
  template <class Self>
  void Complete(Self& self) {
    self.complete(this->result.error);
  }
};

struct ByteStream::FinishOp : Op<FinishOp> {
  explicit FinishOp(ByteStream& s) : stream(s) {}
  ByteStream& stream;
  template <class Self>
  void operator()(Self& self, const error_code& ec = {}) {
    if (this->finished) return Complete(self);
    this->Step(self, stream, ec, ec ? Attempt{} : stream.TryFinish());
  }
  template <class Self>
  void Complete(Self& self) {
    stream.finish_over_ = true;
    self.complete(error_code());
  }
};

struct ByteStream::ReadOp : Op<ReadOp> {
  ReadOp(ByteStream& s, asio::mutable_buffer b) : stream(s), buffer(b) {}
  ByteStream& stream;
  asio::mutable_buffer buffer;
  template <class Self>
  void operator()(Self& self, const error_code& ec = {}) {
    if (this->finished) return Complete(self);
    this->Step(self, stream, ec, ec ? Attempt{} : stream.TryRead(buffer.data(), buffer.size()));
  }
  template <class Self>
  void Complete(Self& self) {
    self.complete(this->result.error, this->result.bytes);
  }
};

template <class Buffers>
struct ByteStream::WriteOp : Op<WriteOp<Buffers>> {
  WriteOp(ByteStream& s, const Buffers& b) : stream(s), buffers(b) {}
  ByteStream& stream;
  Buffers buffers;
  template <class Self>
  void operator()(Self& self, const error_code& ec = {}) {
    if (this->finished) return Complete(self);
    if (!writing) {
      writing = true;
      dropped = stream.said_last_;
      if (!dropped) stream.WriteBegins();
    }
    this->Step(self, stream, ec, ec ? Attempt{} : Write());
  }
  Attempt Write() {
    if (dropped) return {.bytes = asio::buffer_size(buffers)};
    asio::const_buffer parts[kGatherMax];
    size_t count = 0;
    for (auto it = asio::buffer_sequence_begin(buffers);
         it != asio::buffer_sequence_end(buffers) && count < kGatherMax; ++it) {
      const asio::const_buffer buffer = *it;
      if (buffer.size() > 0) parts[count++] = buffer;
    }
    return stream.TryWrite({parts, count});
  }
  template <class Self>
  void Complete(Self& self) {
    // After a part, whoever writes comes back at once with the rest.
    const bool rest = !this->result.error && this->result.bytes < asio::buffer_size(buffers);
    if (!dropped && !rest) stream.WriteOver();
    self.complete(this->result.error, this->result.bytes);
  }
  bool writing = false;
  bool dropped = false;
};

struct ByteStream::LastWriteOp : Op<LastWriteOp> {
  LastWriteOp(ByteStream& s, std::string b) : stream(s), bytes(std::move(b)) {}
  ByteStream& stream;
  std::string bytes;
  size_t written = 0;
  bool in_turn = false;
  template <class Self>
  void operator()(Self& self, const error_code& ec = {}) {
    if (this->finished) return Complete(self);
    if (!in_turn && stream.write_under_way_) {
      // Cancelled when that write is over, and never expires: `ec` says nothing.
      this->started = true;
      return stream.write_over_.async_wait(std::move(self));
    }
    const bool waited_for_socket = in_turn;
    in_turn = true;
    stream.said_last_ = true;
    const error_code failure = waited_for_socket ? ec : error_code();
    this->Step(self, stream, failure, failure ? Attempt{} : Write());
  }
  Attempt Write() {
    for (;;) {
      const asio::const_buffer rest = asio::buffer(bytes) + written;
      if (rest.size() == 0) return {};
      const Attempt attempt = stream.TryWrite({&rest, 1});
      if (attempt.error || attempt.want != Want::kNothing) return attempt;
      written += attempt.bytes;
    }
  }
  template <class Self>
  void Complete(Self& self) {
    self.complete(this->result.error);
  }
};

template <class Token>
auto ByteStream::async_handshake(Token&& token) {
  return asio::async_compose<Token, void(error_code)>(HandshakeOp{*this}, token, socket_);
}

template <class Buffers, class Token>
auto ByteStream::async_read_some(const Buffers& buffers, Token&& token) {
  asio::mutable_buffer first;
  for (auto it = asio::buffer_sequence_begin(buffers);
       first.size() == 0 && it != asio::buffer_sequence_end(buffers); ++it) {
    first = *it;
  }
  return asio::async_compose<Token, void(error_code, size_t)>(ReadOp{*this, first}, token, socket_);
}

template <class Buffers, class Token>
auto ByteStream::async_write_some(const Buffers& buffers, Token&& token) {
  return asio::async_compose<Token, void(error_code, size_t)>(WriteOp<Buffers>{*this, buffers},
                                                              token, socket_);
}

template <class Token>
auto ByteStream::async_write_last(std::string bytes, Token&& token) {
  return asio::async_compose<Token, void(error_code)>(LastWriteOp{*this, std::move(bytes)}, token,
                                                      socket_);
}

template <class Token>
auto ByteStream::async_finish(Token&& token) {
  SetDeadline(finish_timeout_);
  return asio::async_compose<Token, void(error_code)>(FinishOp{*this}, token, socket_);
}

template <class Token>
void async_teardown(boost::beast::role_type /*role*/, ByteStream& stream, Token&& token) {
  stream.async_finish(std::forward<Token>(token));
}

}  // namespace edgeplane::gateway
