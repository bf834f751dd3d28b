#include "storage/command_record.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace edgeplane::storage {
namespace {

Ack FailedAck(std::string status, std::string error) {
  Ack ack;
  ack.event = CommandEvent::kAckFailed;
  ack.status = std::move(status);
  ack.error = std::move(error);
  return ack;
}

TEST(CommandRecordTest, ADetailIsBoundedAndTheErrorIsWhole) {
  std::string error;
  for (int i = 0; i < 2000; ++i) error += "é";
  const Occurrence what = Acknowledgement(FailedAck("failed", error));
  EXPECT_LE(what.detail.size(), kDetailMax);
  EXPECT_GT(what.detail.size(), kDetailMax - 2);
  EXPECT_TRUE(IsValidUtf8(what.detail));
  EXPECT_EQ(what.error, error);
  EXPECT_LE(Cancellation(std::string(5000, 'x'), Time{}).detail.size(), kDetailMax);
}

TEST(CommandRecordTest, ADetailHasOnlyWhatWasSaid) {
  EXPECT_EQ(Acknowledgement(FailedAck("", "")).detail, "");
  EXPECT_EQ(Acknowledgement(FailedAck("failed", "")).detail, "failed");
  EXPECT_EQ(Acknowledgement(FailedAck("", "why")).detail, "why");
  EXPECT_EQ(Acknowledgement(FailedAck("failed", "why")).detail, "failed: why");
}

TEST(CommandRecordTest, ARefusedOccurrenceLeavesTheRecordAlone) {
  NewCommand command;
  command.command_id = "id";
  CommandRecord record = NewRecord(command);
  const Advance advance = AdvanceRecord(record, Acknowledgement(FailedAck("failed", "why")));
  EXPECT_EQ(advance.effect, StepEffect::kRefused);
  EXPECT_FALSE(advance.step.has_value());
  EXPECT_EQ(record.steps, 1);
  EXPECT_EQ(record.command.history.size(), 1u);
  EXPECT_EQ(record.command.error, "");
}

TEST(CommandRecordTest, ContentIsToldApartAtItsSeams) {
  NewCommand a;
  a.type = "ab";
  a.payload_json = "c";
  NewCommand b;
  b.type = "a";
  b.payload_json = "bc";
  EXPECT_NE(ContentDigest(a), ContentDigest(b));
  NewCommand same = a;
  same.command_id = "other";
  same.create_time = FromMicros(5);
  same.expire_time = FromMicros(6);
  EXPECT_EQ(ContentDigest(a), ContentDigest(same));
}

TEST(CommandRecordTest, TheEndOfASessionCountsWhatMayHaveBeenWritten) {
  const Time now = FromMicros(1);
  EXPECT_EQ(EndOfSession("a", std::nullopt, now).event, CommandEvent::kSessionEnded);
  EXPECT_EQ(EndOfSession("a", {{"b", "a"}}, now).event, CommandEvent::kSessionEnded);
  EXPECT_EQ(EndOfSession("a", {{"b"}}, now).event, CommandEvent::kUnwritten);
}

TEST(CommandRecordTest, WhatAGatewayMayHoldStaysAsItIs) {
  HeldSession held;
  held.unacknowledged_command_ids = {"a"};
  EXPECT_FALSE(NotHeld("a", held, FromMicros(1)).has_value());
  ASSERT_TRUE(NotHeld("b", held, FromMicros(1)).has_value());
  EXPECT_EQ(NotHeld("b", held, FromMicros(1))->event, CommandEvent::kUnwritten);
  held.unacknowledged_known = false;
  EXPECT_FALSE(NotHeld("b", held, FromMicros(1)).has_value());
}

}  // namespace
}  // namespace edgeplane::storage
