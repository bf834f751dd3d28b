// How streams end: last words, draining, peers that vanish, handshakes that fail.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/write.hpp>

#include "gateway/byte_stream.h"
#include "tests/unit/gateway/support/stream_pair.h"

namespace edgeplane::gateway {
namespace {

using std::chrono::milliseconds;

class ByteStreamEndTest : public StreamPair {};

INSTANTIATE_TEST_SUITE_P(PlainAndTls, ByteStreamEndTest, testing::Bool(),
                         [](const auto& tested) { return tested.param ? "Tls" : "Plain"; });

// A reset would destroy what was said last, as it does where unread bytes wait
// at the close.
TEST_P(ByteStreamEndTest, LastWordsArriveThoughThePeerStillTalks) {
  Handshake();
  const std::string noise(300'000, 'n');
  auto talk = std::async(std::launch::async, [&] { return peer_->Write(noise); });
  ASSERT_FALSE(WriteSome("the last words").error);
  auto heard = std::async(std::launch::async, [&] {
    talk.wait();
    std::string all = peer_->ReadToEnd();
    peer_->ShutDown();
    return all;
  });
  EXPECT_FALSE(Finish().error);
  stream_->Close();
  EXPECT_EQ(heard.get(), "the last words");
  EXPECT_TRUE(peer_->ended_well());
}

TEST_P(ByteStreamEndTest, APeerThatNeverEndsIsWaitedForOnce) {
  Make(GetParam(), milliseconds(50));
  Handshake();
  EXPECT_FALSE(Finish().error);
  bool done = false;
  stream_->async_finish([&](error_code) { done = true; });
  io_.restart();
  io_.poll();
  EXPECT_TRUE(done) << "a second finish waits again";
}

TEST_P(ByteStreamEndTest, AnEndIsAnEnd) {
  Handshake();
  peer_->ShutDown();
  std::string read;
  EXPECT_EQ(ReadSome(read, 10).error, asio::error::eof);
}

TEST_P(ByteStreamEndTest, APeerThatVanishesIsAnError) {
  Handshake();
  std::string read(10, '\0');
  std::optional<error_code> error;
  stream_->async_read_some(asio::buffer(read), [&](error_code ec, size_t) { error = ec; });
  io_.poll();
  peer_->Vanish();
  ASSERT_TRUE(RunUntil([&] { return error.has_value(); }));
  EXPECT_TRUE(*error);
  EXPECT_TRUE(WriteSome("anybody there?").error);
  EXPECT_FALSE(Finish().error);
}

TEST_P(ByteStreamEndTest, CloseFailsWhatIsUnderWay) {
  Handshake();
  std::string read(10, '\0');
  std::optional<error_code> error;
  stream_->async_read_some(asio::buffer(read), [&](error_code ec, size_t) { error = ec; });
  io_.poll();
  stream_->Close();
  ASSERT_TRUE(RunUntil([&] { return error.has_value(); }));
  EXPECT_TRUE(*error);
}

// OpenSSL remembers the number of a descriptor; the system gives it to the next
// file that is opened.
TEST_P(ByteStreamEndTest, AClosedStreamTouchesNobodyElsesDescriptor) {
  Handshake();
  stream_->Close();
  int others[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, others), 0);
  if (others[0] != descriptor_) {
    ASSERT_EQ(dup2(others[0], descriptor_), descriptor_);
    close(others[0]);
  }
  ASSERT_EQ(send(others[1], "not for the stream", 18, 0), 18);
  std::string read;
  EXPECT_EQ(ReadSome(read, 100).error, asio::error::bad_descriptor);
  EXPECT_EQ(WriteSome("not for the others").error, asio::error::bad_descriptor);
  EXPECT_EQ(Run([this](auto done) { stream_->async_handshake(done); }).error,
            asio::error::bad_descriptor);
  EXPECT_EQ(Run([this](auto done) { stream_->async_write_last("bye", done); }).error,
            asio::error::bad_descriptor);
  Finish();
  char byte = 0;
  EXPECT_EQ(recv(others[1], &byte, 1, MSG_DONTWAIT), -1) << "something was written";
  std::string kept(18, '\0');
  EXPECT_EQ(recv(descriptor_, kept.data(), kept.size(), MSG_DONTWAIT), 18) << "something was read";
  close(descriptor_);
  close(others[1]);
}

TEST_P(ByteStreamEndTest, LastWordsComeBehindTheWriteUnderWayAndInsteadOfLaterOnes) {
  Make(GetParam(), std::chrono::seconds(5), /*send_buffer=*/4096);
  Handshake();
  const std::string long_one(4 * 1024 * 1024, 'x');
  bool written = false;
  asio::async_write(*stream_, asio::buffer(long_one), [&](error_code ec, size_t) {
    EXPECT_FALSE(ec);
    written = true;
  });
  io_.poll();
  ASSERT_FALSE(written) << "nothing is under way";
  bool said = false;
  stream_->async_write_last("last", [&](error_code ec) {
    EXPECT_FALSE(ec);
    EXPECT_TRUE(written);
    said = true;
  });
  io_.poll();
  auto heard = std::async(std::launch::async, [&] {
    std::string all = peer_->ReadToEnd();
    peer_->ShutDown();
    return all;
  });
  ASSERT_TRUE(RunUntil([&] { return said; }));
  const Outcome dropped = WriteSome("never seen");
  EXPECT_FALSE(dropped.error);
  EXPECT_EQ(dropped.bytes, 10U);
  EXPECT_EQ(stream_->bytes_written(), long_one.size() + 4);
  Finish();
  EXPECT_TRUE(heard.get() == long_one + "last");
}

TEST_P(ByteStreamEndTest, LastWordsEndWithTheConnectionTheyWaitFor) {
  Make(GetParam(), std::chrono::seconds(5), /*send_buffer=*/4096);
  Handshake();
  const std::string long_one(16 * 1024 * 1024, 'x');
  asio::async_write(*stream_, asio::buffer(long_one), [](error_code, size_t) {});
  std::optional<error_code> said;
  stream_->async_write_last("last", [&](error_code ec) { said = ec; });
  io_.poll();
  EXPECT_FALSE(said);
  stream_->Close();
  ASSERT_TRUE(RunUntil([&] { return said.has_value(); }));
  EXPECT_TRUE(*said);
}

class TlsHandshakeTest : public StreamPair {
  void SetUp() override {
    signal(SIGPIPE, SIG_IGN);
    Make(/*tls=*/true, std::chrono::seconds(5));
    peer_->Vanish();
  }

 protected:
  // A peer that says these bytes in place of a handshake.
  Outcome HandshakeWith(const std::string& bytes) {
    tcp::acceptor acceptor(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    tcp::socket far(io_);
    far.connect(acceptor.local_endpoint());
    stream_ = std::make_unique<ByteStream>(acceptor.accept(), tls_->NewConnection(),
                                           std::chrono::seconds(5));
    asio::write(far, asio::buffer(bytes));
    if (bytes.empty()) stream_->SetDeadline(milliseconds(1));
    return Run([this](auto done) { stream_->async_handshake(done); });
  }
};

TEST_F(TlsHandshakeTest, KnowsPlainHttp) {
  EXPECT_TRUE(HandshakeWith("GET /edge/ws HTTP/1.1\r\n\r\n").error);
  EXPECT_EQ(stream_->tls_failure(), "http request");
  EXPECT_TRUE(stream_->HandshakeBegun());
}

TEST_F(TlsHandshakeTest, FailsOnNonsense) {
  EXPECT_TRUE(HandshakeWith("nonsense that is no hello").error);
  EXPECT_NE(stream_->tls_failure(), "");
}

TEST_F(TlsHandshakeTest, HasADeadline) {
  EXPECT_EQ(HandshakeWith("").error, asio::error::timed_out);
  EXPECT_FALSE(stream_->HandshakeBegun());
}

}  // namespace
}  // namespace edgeplane::gateway
