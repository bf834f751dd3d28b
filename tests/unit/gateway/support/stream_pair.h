// A ByteStream and the peer at the other end of a loopback connection.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <string>

#include "base/self_signed.h"
#include "gateway/byte_stream.h"
#include "gateway/tls_context.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/gateway/support/blocking_peer.h"
#include "tests/unit/gateway/support/scripted_registry.h"

namespace edgeplane::gateway {

// The parameter: under TLS?
class StreamPair : public testing::TestWithParam<bool> {
 protected:
  struct Outcome {
    error_code error;
    size_t bytes = 0;
  };

  void SetUp() override {
    signal(SIGPIPE, SIG_IGN);  // as the gateway does
    Make(GetParam(), std::chrono::seconds(5));
  }

  void Make(bool tls, std::chrono::steady_clock::duration finish_timeout, int send_buffer = 0) {
    tcp::acceptor acceptor(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    asio::io_context other;
    tcp::socket far(other);
    far.connect(acceptor.local_endpoint());
    tcp::socket near = acceptor.accept();
    if (send_buffer > 0) near.set_option(asio::socket_base::send_buffer_size(send_buffer));
    descriptor_ = near.native_handle();
    SslPtr ssl;
    if (tls) {
      const auto certificate = directory_.path() / "certificate.pem";
      const auto key = directory_.path() / "key.pem";
      ASSERT_TRUE(EnsureSelfSignedCertificate(certificate, key));
      tls_ = *TlsContext::Load(certificate, key);
      ssl = tls_->NewConnection();
    }
    stream_ = std::make_unique<ByteStream>(std::move(near), std::move(ssl), finish_timeout);
    peer_ = std::make_unique<BlockingPeer>(far.release(), tls);
  }

  void Handshake() {
    auto far = std::async(std::launch::async, [this] { return peer_->Handshake(); });
    const Outcome near = Run([this](auto done) { stream_->async_handshake(done); });
    EXPECT_FALSE(near.error) << near.error.message();
    EXPECT_TRUE(far.get());
  }

  // Runs one operation to its end.
  template <class Start>
  Outcome Run(Start start) {
    std::optional<Outcome> outcome;
    start([&](error_code ec, size_t bytes = 0) { outcome = Outcome{ec, bytes}; });
    EXPECT_FALSE(outcome) << "completed inside the call that began it";
    EXPECT_TRUE(RunUntil([&] { return outcome.has_value(); })) << "it does not end";
    return outcome.value_or(Outcome{asio::error::would_block});
  }
  bool RunUntil(const std::function<bool()>& condition) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    io_.restart();
    while (!condition()) {
      if (io_.run_one_until(until) == 0) return condition();
    }
    return true;
  }

  Outcome ReadSome(std::string& into, size_t size) {
    into.assign(size, '\0');
    const Outcome outcome =
        Run([&](auto done) { stream_->async_read_some(asio::buffer(into), done); });
    into.resize(outcome.bytes);
    return outcome;
  }
  Outcome WriteSome(const std::string& bytes) {
    return Run([&](auto done) { stream_->async_write_some(asio::buffer(bytes), done); });
  }
  Outcome Finish() {
    return Run([this](auto done) { stream_->async_finish(done); });
  }

  TemporaryDirectory directory_;
  std::unique_ptr<TlsContext> tls_;
  asio::io_context io_;
  int descriptor_ = -1;  // the stream's
  std::unique_ptr<ByteStream> stream_;
  std::unique_ptr<BlockingPeer> peer_;
};

}  // namespace edgeplane::gateway
