// Reading and writing, with deadlines and budgets, plain and under TLS.
#include "gateway/byte_stream.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/write.hpp>

#include "tests/unit/gateway/support/stream_pair.h"

namespace edgeplane::gateway {
namespace {

using std::chrono::milliseconds;

class ByteStreamTest : public StreamPair {
 protected:
  void SetUp() override {
    StreamPair::SetUp();
    Handshake();
  }
};

INSTANTIATE_TEST_SUITE_P(PlainAndTls, ByteStreamTest, testing::Bool(),
                         [](const auto& tested) { return tested.param ? "Tls" : "Plain"; });

std::string Pattern(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + i / 251);
  return bytes;
}

TEST_P(ByteStreamTest, ReadsInPiecesOfAnySize) {
  ASSERT_TRUE(peer_->Write("hello, gateway"));
  std::string all;
  std::string piece;
  while (all.size() < 14) {
    const Outcome outcome = ReadSome(piece, 3);
    ASSERT_FALSE(outcome.error);
    ASSERT_GT(outcome.bytes, 0U);
    all += piece;
  }
  EXPECT_EQ(all, "hello, gateway");
}

TEST_P(ByteStreamTest, WaitsForWhatHasNotComeYet) {
  std::string read(16, '\0');
  std::optional<size_t> bytes;
  stream_->async_read_some(asio::buffer(read), [&](error_code, size_t n) { bytes = n; });
  io_.poll();
  EXPECT_FALSE(bytes);
  ASSERT_TRUE(peer_->Write("late"));
  ASSERT_TRUE(RunUntil([&] { return bytes.has_value(); }));
  EXPECT_EQ(read.substr(0, *bytes), "late");
}

TEST_P(ByteStreamTest, GathersBuffers) {
  const std::string head = "head";
  const std::string body = "and body";
  const std::array<asio::const_buffer, 4> buffers = {asio::buffer(head), asio::const_buffer(),
                                                     asio::buffer(body), asio::const_buffer()};
  const Outcome outcome = Run([&](auto done) { stream_->async_write_some(buffers, done); });
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.bytes, 12U);
  EXPECT_EQ(stream_->bytes_written(), 12U);
  EXPECT_EQ(peer_->ReadExactly(12), "headand body");
}

TEST_P(ByteStreamTest, MoreThanSixteenBuffersAreWrittenInTurns) {
  const std::string one = "0123456789";
  const std::vector<asio::const_buffer> buffers(40, asio::buffer(one));
  const Outcome outcome = Run([&](auto done) { asio::async_write(*stream_, buffers, done); });
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.bytes, 400U);
  EXPECT_EQ(peer_->ReadExactly(400).substr(390), one);
}

TEST_P(ByteStreamTest, WritesWhatDoesNotFitAtOnce) {
  const std::string sent = Pattern(8 * 1024 * 1024);
  auto received = std::async(std::launch::async, [&] { return peer_->ReadExactly(sent.size()); });
  const Outcome outcome =
      Run([&](auto done) { asio::async_write(*stream_, asio::buffer(sent), done); });
  EXPECT_FALSE(outcome.error);
  EXPECT_EQ(outcome.bytes, sent.size());
  EXPECT_TRUE(received.get() == sent);
}

TEST_P(ByteStreamTest, ReadsWhatDoesNotFitAtOnce) {
  const std::string sent = Pattern(3 * 1024 * 1024);
  auto written = std::async(std::launch::async, [&] { return peer_->Write(sent); });
  std::string all;
  std::string piece;
  while (all.size() < sent.size()) {
    ASSERT_FALSE(ReadSome(piece, 50'000).error);
    all += piece;
  }
  EXPECT_TRUE(written.get());
  EXPECT_TRUE(all == sent);
}

TEST_P(ByteStreamTest, ADeadlineFailsEverythingUntilItIsLifted) {
  std::string read;
  stream_->SetDeadline(milliseconds(1));
  EXPECT_EQ(ReadSome(read, 10).error, asio::error::timed_out);
  EXPECT_EQ(ReadSome(read, 10).error, asio::error::timed_out);
  EXPECT_EQ(WriteSome("x").error, asio::error::timed_out);
  ASSERT_TRUE(peer_->Write("still here"));
  EXPECT_EQ(ReadSome(read, 10).error, asio::error::timed_out);
  stream_->ClearDeadline();
  EXPECT_FALSE(ReadSome(read, 10).error);
  EXPECT_EQ(read, "still here");
}

TEST_P(ByteStreamTest, ADeadlineThatIsMovedDoesNotStrike) {
  stream_->SetDeadline(milliseconds(0));
  stream_->SetDeadline(std::chrono::hours(1));
  io_.poll();
  ASSERT_TRUE(peer_->Write("in time"));
  std::string read;
  EXPECT_FALSE(ReadSome(read, 10).error);
}

TEST_P(ByteStreamTest, ADeadlineOutlivesItsStreamHarmlessly) {
  stream_->SetDeadline(milliseconds(0));
  stream_.reset();
  io_.restart();
  io_.poll();
}

TEST_P(ByteStreamTest, AReadBudgetBoundsWhatComesIn) {
  ASSERT_TRUE(peer_->Write("0123456789abcdef"));
  stream_->SetReadBudget(10);
  std::string read;
  for (int i = 0; i < 2; ++i) ASSERT_FALSE(ReadSome(read, 5).error);
  EXPECT_EQ(ReadSome(read, 5).error, asio::error::no_buffer_space);
  stream_->SetReadBudget(10);
  ASSERT_FALSE(ReadSome(read, 10).error);
  EXPECT_EQ(read, "abcdef");
}

TEST_P(ByteStreamTest, WhatWasReadTooEarlyComesFirst) {
  ASSERT_TRUE(peer_->Write("then"));
  stream_->SetReadBudget(4);
  stream_->Unread("first");
  std::string read;
  ASSERT_FALSE(ReadSome(read, 3).error);
  EXPECT_EQ(read, "fir");
  ASSERT_FALSE(ReadSome(read, 100).error);
  EXPECT_EQ(read, "st");
  ASSERT_FALSE(ReadSome(read, 100).error);
  EXPECT_EQ(read, "then");
}

TEST_P(ByteStreamTest, NotesWhenItLastHeardSomething) {
  const auto before = stream_->last_read();
  std::string read;
  ASSERT_TRUE(peer_->Write("x"));
  ASSERT_FALSE(ReadSome(read, 1).error);
  EXPECT_GT(stream_->last_read(), before);
}

TEST_P(ByteStreamTest, SaysWhetherThereIsTls) {
  EXPECT_EQ(stream_->tls(), GetParam());
  EXPECT_EQ(stream_->TlsVersion(), GetParam() ? "TLSv1.3" : "");
  EXPECT_EQ(stream_->HandshakeBegun(), GetParam());
}

}  // namespace
}  // namespace edgeplane::gateway
