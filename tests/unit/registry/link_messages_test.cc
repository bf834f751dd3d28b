#include "services/registry/link_messages.h"

#include <gtest/gtest.h>

#include <string>

#include "base/clock.h"
#include "base/timestamp.h"
#include "base/uuid.h"
#include "services/registry/reported.h"

namespace edgeplane::registry {
namespace {

const Time kNow = *ParseTime("2026-01-31T09:15:00Z");
const std::string kId = NewUuid(kNow);

v1::CommandAck GoodAck() {
  v1::CommandAck ack;
  ack.set_agent_id("luna1");
  ack.set_session_id(kId);
  ack.set_epoch(7);
  ack.set_command_id(kId);
  ack.set_outcome(v1::CommandAck::FAILED);
  ack.set_status("failed");
  ack.set_error("no paper");
  ack.set_ordinal(3);
  SetTime(kNow, *ack.mutable_time());
  return ack;
}

TEST(LinkMessages, ReadsAnAck) {
  const Result<storage::Ack> ack = ToAck(GoodAck());
  ASSERT_TRUE(ack.ok());
  EXPECT_EQ(ack->fence.agent_id, "luna1");
  EXPECT_EQ(ack->fence.session_id, kId);
  EXPECT_EQ(ack->fence.epoch, 7);
  EXPECT_EQ(ack->event, storage::CommandEvent::kAckFailed);
  EXPECT_EQ(ack->channel, storage::Channel::kWebSocket);
  EXPECT_EQ(ack->error, "no paper");
  EXPECT_EQ(ack->ordinal, 3);
  EXPECT_EQ(ack->time, kNow);
}

TEST(LinkMessages, CutsWhatAnAgentMayHaveWrittenTooLong) {
  v1::CommandAck ack = GoodAck();
  std::string text;
  while (text.size() < 5000) text += "\xc3\xa9";  // e with an acute accent
  ack.set_error(text);
  ack.set_status(text);
  const Result<storage::Ack> read = ToAck(ack);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->error, text.substr(0, 4096));
  EXPECT_EQ(read->status, text.substr(0, 64));
}

template <class Message>
void ExpectChecked(const Message& good, void (*spoil)(Message&)) {
  Message bad = good;
  spoil(bad);
  const auto read = ToAck(bad);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, v1::ErrorReason::INVALID_FIELD);
}

TEST(LinkMessages, ChecksAnAck) {
  using Ack = v1::CommandAck;
  ExpectChecked<Ack>(GoodAck(), [](Ack& a) { a.clear_agent_id(); });
  ExpectChecked<Ack>(GoodAck(), [](Ack& a) { a.set_agent_id(std::string(129, 'a')); });
  ExpectChecked<Ack>(GoodAck(), [](Ack& a) { a.set_session_id("1"); });
  ExpectChecked<Ack>(GoodAck(), [](Ack& a) { a.set_command_id("x"); });
  ExpectChecked<Ack>(GoodAck(), [](Ack& a) { a.clear_outcome(); });
  ExpectChecked<Ack>(GoodAck(), [](Ack& a) { a.set_outcome(static_cast<Ack::Outcome>(99)); });
  ExpectChecked<Ack>(GoodAck(), [](Ack& a) { a.set_ordinal(0); });
}

TEST(LinkMessages, ReadsAHello) {
  v1::Hello hello;
  v1::Hello::HeldSession& session = *hello.add_sessions();
  session.set_agent_id("luna1");
  session.set_session_id(kId);
  session.set_epoch(2);
  session.add_unacknowledged_command_ids(kId);
  const auto held = ToHeldSessions(hello.sessions());
  ASSERT_TRUE(held.ok());
  ASSERT_EQ(held->size(), 1u);
  EXPECT_EQ((*held)[0].fence.epoch, 2);
  EXPECT_EQ((*held)[0].unacknowledged_command_ids, std::vector<std::string>{kId});
  EXPECT_TRUE((*held)[0].unacknowledged_known);
  session.set_unacknowledged_unknown(true);
  EXPECT_FALSE((*ToHeldSessions(hello.sessions()))[0].unacknowledged_known);
  session.add_unacknowledged_command_ids("x");
  EXPECT_FALSE(ToHeldSessions(hello.sessions()).ok());
}

TEST(LinkMessages, ReadsTheEndOfASession) {
  v1::SessionClosed closed;
  closed.set_agent_id("luna1");
  closed.set_session_id(kId);
  closed.set_epoch(2);
  EXPECT_EQ(ToSessionEnd(closed, Time{})->written_command_ids, std::nullopt);
  closed.mutable_written()->add_command_ids(kId);
  const auto end = ToSessionEnd(closed, kNow);
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(end->fence.session_id, kId);
  EXPECT_EQ(end->now, kNow);
  EXPECT_EQ(end->written_command_ids, std::vector<std::string>{kId});
  closed.mutable_written()->set_command_ids(0, "x");
  EXPECT_FALSE(ToSessionEnd(closed, kNow).ok());
}

TEST(LinkMessages, KeepsTheEvidenceOfARefusal) {
  v1::Refusal refusal;
  refusal.set_refusal_id(kId);
  refusal.set_reason(v1::SECRET_MISMATCH);
  refusal.set_agent_id("luna1");
  refusal.set_peer_address("10.0.0.1:1");
  refusal.set_gateway_id("somebody else");
  refusal.set_forwarded_for(std::string(300, 'f'));
  refusal.set_detail("the detail");
  refusal.set_count(5);
  refusal.set_http_status(401);
  refusal.mutable_presented()->set_fingerprint("0a0b0c0d");
  refusal.mutable_expected()->set_fingerprint("01020304");
  const auto row = ToRefusal(refusal, "g1");
  ASSERT_TRUE(row.ok());
  EXPECT_EQ(row->reason, v1::SECRET_MISMATCH);
  EXPECT_EQ(row->gateway_id, "g1") << "the link's, whatever the message says";
  EXPECT_EQ(row->count, 5);
  EXPECT_EQ(row->http_status, 401);
  v1::Refusal evidence;
  ASSERT_TRUE(evidence.ParseFromString(row->evidence));
  EXPECT_EQ(evidence.forwarded_for(), std::string(256, 'f'));
  EXPECT_EQ(evidence.detail(), "the detail");
  EXPECT_EQ(evidence.presented().fingerprint(), "0a0b0c0d");
  EXPECT_EQ(evidence.expected().fingerprint(), "01020304");
  EXPECT_EQ(evidence.agent_id(), "") << "kept in its own column only";

  refusal.clear_reason();
  EXPECT_FALSE(ToRefusal(refusal, "g1").ok());
  refusal.set_reason(v1::SECRET_MISMATCH);
  refusal.set_refusal_id("x");
  EXPECT_FALSE(ToRefusal(refusal, "g1").ok());
  refusal.set_refusal_id(kId);
  for (int i = 0; i < 1000; ++i)
    refusal.mutable_presented()->add_header_names(std::string(100, 'h'));
  EXPECT_FALSE(ToRefusal(refusal, "g1").ok());
}

TEST(LinkMessages, WritesADelivery) {
  storage::Command command;
  command.command_id = kId;
  command.agent_id = "luna1";
  command.type = "print";
  command.payload_json = R"({"a":1})";
  command.immediate = true;
  command.create_time = kNow;
  const v1::RegistryMessage message = DeliverMessage("s1", command);
  const v1::Deliver& deliver = message.deliver();
  EXPECT_EQ(deliver.session_id(), "s1");
  EXPECT_EQ(deliver.agent_id(), "luna1");
  EXPECT_EQ(deliver.command_id(), kId);
  EXPECT_EQ(deliver.type(), "print");
  EXPECT_EQ(deliver.payload_json(), R"({"a":1})");
  EXPECT_TRUE(deliver.immediate());
  EXPECT_EQ(GetTime(deliver.create_time()), kNow);
}

}  // namespace
}  // namespace edgeplane::registry
