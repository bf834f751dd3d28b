#include "gateway/link_outbox.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/gateway/support/outbox_messages.h"

namespace edgeplane::gateway {
namespace {

// The sequences of everything there is to send; 0 for what has none.
std::vector<int64_t> Drain(LinkOutbox& outbox, bool welcomed) {
  std::vector<int64_t> sequences;
  while (const auto message = outbox.Next(welcomed)) sequences.push_back(message->sequence());
  return sequences;
}

TEST(LinkOutbox, BeginsWithAHelloThatClaimsNothing) {
  LinkOutbox outbox("gateway-1");
  const v1::GatewayMessage hello = outbox.Begin("1.2.3");
  ASSERT_TRUE(hello.has_hello());
  EXPECT_EQ(hello.sequence(), 0);
  EXPECT_EQ(hello.hello().gateway_id(), "gateway-1");
  EXPECT_EQ(hello.hello().version(), "1.2.3");
  EXPECT_EQ(hello.hello().sessions_size(), 0);
  EXPECT_EQ(hello.hello().repeats_through(), 0);
  EXPECT_FALSE(outbox.Next(true));
}

TEST(LinkOutbox, NumbersReportsFromOneAndSendsEachOnce) {
  LinkOutbox outbox("gateway-1");
  outbox.Begin("1");
  outbox.Add(Ack("a"));
  outbox.Add(Ack("b"));
  EXPECT_EQ(Drain(outbox, true), (std::vector<int64_t>{1, 2}));
  outbox.Add(Ack("c"));
  EXPECT_EQ(Drain(outbox, true), (std::vector<int64_t>{3}));
  EXPECT_EQ(outbox.unconfirmed(), 3U);
}

TEST(LinkOutbox, WaitsForTheWelcome) {
  LinkOutbox outbox("gateway-1");
  outbox.Begin("1");
  outbox.Add(Ack("a"));
  outbox.AddPassing(Written("a"));
  EXPECT_FALSE(outbox.Next(false));
  EXPECT_EQ(Drain(outbox, true), (std::vector<int64_t>{1, 0}));
}

TEST(LinkOutbox, RepeatsWhatIsNotConfirmedWithoutWaiting) {
  LinkOutbox outbox("gateway-1");
  outbox.Begin("1");
  for (const char* id : {"a", "b", "c"}) outbox.Add(Ack(id));
  Drain(outbox, true);
  outbox.Confirm(1);
  const v1::GatewayMessage hello = outbox.Begin("1");
  EXPECT_EQ(hello.hello().repeats_through(), 3);
  outbox.Add(Ack("d"));  // after Hello: not announced, so it has to wait
  EXPECT_EQ(Drain(outbox, false), (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(Drain(outbox, true), (std::vector<int64_t>{4}));
}

TEST(LinkOutbox, AnnouncesNoRepeatsWhenAllIsConfirmed) {
  LinkOutbox outbox("gateway-1");
  outbox.Begin("1");
  outbox.Add(Ack("a"));
  Drain(outbox, true);
  outbox.Confirm(1);
  EXPECT_EQ(outbox.unconfirmed(), 0U);
  EXPECT_EQ(outbox.Begin("1").hello().repeats_through(), 0);
}

TEST(LinkOutbox, AConfirmWhileSendingLosesNothing) {
  LinkOutbox outbox("gateway-1");
  outbox.Begin("1");
  for (const char* id : {"a", "b", "c", "d"}) outbox.Add(Ack(id));
  EXPECT_EQ(outbox.Next(true)->sequence(), 1);
  EXPECT_EQ(outbox.Next(true)->sequence(), 2);
  outbox.Confirm(1);
  EXPECT_EQ(outbox.Next(true)->sequence(), 3);
  outbox.Confirm(3);
  EXPECT_EQ(outbox.Next(true)->sequence(), 4);
  outbox.Confirm(99);
  EXPECT_EQ(outbox.unconfirmed(), 0U);
  outbox.Add(Ack("e"));
  EXPECT_EQ(Drain(outbox, true), (std::vector<int64_t>{5}));
}

TEST(LinkOutbox, ALeaseIsAskedForBeforeEveryReport) {
  LinkOutbox outbox("gateway-1");
  outbox.Begin("1");
  outbox.Add(Ack("a"));
  outbox.AskLease(7);
  EXPECT_FALSE(outbox.Next(false)) << "not before the welcome";
  EXPECT_EQ(outbox.Next(true)->renew_lease().number(), 7);
  EXPECT_EQ(Drain(outbox, true), (std::vector<int64_t>{1}));
  outbox.AskLease(8);
  outbox.Begin("1");
  EXPECT_EQ(Drain(outbox, true), (std::vector<int64_t>{1})) << "and it dies with its stream";
}

TEST(LinkOutbox, PassingMessagesDieWithTheirStream) {
  LinkOutbox outbox("gateway-1");
  outbox.Begin("1");
  outbox.AddPassing(Written("a"));
  outbox.Begin("1");
  EXPECT_FALSE(outbox.Next(true));
}

TEST(LinkOutbox, SaysWhichEventsAreStoredWhereSomebodyIsThereToHearIt) {
  LinkOutbox outbox("gateway-1");
  auto sink = std::make_shared<IdleSink>();
  outbox.Opened(kSession, sink);
  outbox.Add(Event(kSession.session_id), "\"a\"");
  outbox.Add(Ack("c"));
  outbox.Add(Event("another"), "\"b\"");
  outbox.Add(Event(kSession.session_id), "17");
  outbox.Add(Event(kSession.session_id), "18");
  EXPECT_TRUE(outbox.Confirm(1).empty());
  auto stored = outbox.Confirm(5);
  ASSERT_EQ(stored.size(), 2U);
  EXPECT_EQ(stored[0].sink, sink);
  EXPECT_EQ(stored[0].id_json, "\"a\"");
  EXPECT_EQ(stored[1].id_json, "17");
  stored.clear();
  sink.reset();
  EXPECT_TRUE(outbox.Confirm(6).empty());
  EXPECT_EQ(outbox.unconfirmed(), 0U);
}

TEST(LinkOutbox, IsBoundedInBytesToo) {
  constexpr size_t kMiB = 1024 * 1024;
  LinkOutbox outbox("gateway-1");
  outbox.Begin("1");
  for (size_t i = 0; i < LinkOutbox::kBytesMax / kMiB / 2 - 1; ++i) outbox.Add(Event("s", kMiB));
  EXPECT_FALSE(outbox.scarce());
  outbox.Add(Event("s", kMiB));
  EXPECT_TRUE(outbox.scarce());
  EXPECT_FALSE(outbox.congested());
  for (size_t i = 0; i < LinkOutbox::kBytesMax / kMiB / 4; ++i) outbox.Add(Event("s", kMiB));
  EXPECT_TRUE(outbox.congested());
  outbox.Confirm(1'000'000);
  EXPECT_FALSE(outbox.congested());
  EXPECT_FALSE(outbox.scarce());
}

}  // namespace
}  // namespace edgeplane::gateway
