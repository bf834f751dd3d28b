#include "gateway/link_outbox.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace edgeplane::gateway {
namespace {

const SessionKey kSession{"luna1", "session-1", 7};

class Sink : public SessionSink {
 public:
  void OnDeliver(v1::Deliver) override {}
  void OnConfig(v1::DeliverConfig) override {}
  void OnEventStored(std::string) override {}
  void OnEnd(v1::Disconnect) override {}
};

v1::GatewayMessage Ack(const std::string& command_id) {
  v1::GatewayMessage message;
  message.mutable_command_ack()->set_session_id(kSession.session_id);
  message.mutable_command_ack()->set_command_id(command_id);
  return message;
}

v1::GatewayMessage Closed() {
  v1::GatewayMessage message;
  message.mutable_session_closed()->set_session_id(kSession.session_id);
  return message;
}

v1::GatewayMessage Written(const std::string& command_id) {
  v1::GatewayMessage message;
  message.mutable_command_written()->set_command_id(command_id);
  return message;
}

v1::Deliver Command(const std::string& id) {
  v1::Deliver command;
  command.set_session_id(kSession.session_id);
  command.set_command_id(id);
  return command;
}

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

TEST(LinkOutbox, PassingMessagesDieWithTheirStream) {
  LinkOutbox outbox("gateway-1");
  outbox.Begin("1");
  outbox.AddPassing(Written("a"));
  outbox.Begin("1");
  EXPECT_FALSE(outbox.Next(true));
}

TEST(LinkOutbox, NamesASessionFromItsAdmissionUntilItsEndIsConfirmed) {
  LinkOutbox outbox("gateway-1");
  outbox.Hold(kSession);
  const auto held = [&] { return outbox.Begin("1").hello().sessions_size() == 1; };
  ASSERT_TRUE(held());
  EXPECT_EQ(outbox.Begin("1").hello().sessions(0).agent_id(), "luna1");
  EXPECT_EQ(outbox.Begin("1").hello().sessions(0).epoch(), 7);
  const auto sink = std::make_shared<Sink>();
  outbox.Opened(kSession, sink);
  EXPECT_TRUE(held());
  outbox.Add(Closed());
  EXPECT_TRUE(held());
  outbox.Confirm(1);  // SessionOpened
  EXPECT_TRUE(held());
  outbox.Confirm(2);  // SessionClosed
  EXPECT_FALSE(held());
}

TEST(LinkOutbox, NamesWhatArrivedAndWasNotAcknowledged) {
  LinkOutbox outbox("gateway-1");
  const auto sink = std::make_shared<Sink>();
  outbox.Opened(kSession, sink);
  EXPECT_EQ(outbox.Delivered(Command("a")), sink);
  EXPECT_EQ(outbox.Delivered(Command("b")), sink);
  outbox.Add(Ack("a"));
  outbox.Add(Ack("unknown"));
  const v1::GatewayMessage hello = outbox.Begin("1");
  ASSERT_EQ(hello.hello().sessions(0).unacknowledged_command_ids_size(), 1);
  EXPECT_EQ(hello.hello().sessions(0).unacknowledged_command_ids(0), "b");
}

TEST(LinkOutbox, NamesManySessionsInSeveralMessages) {
  LinkOutbox outbox("gateway-1");
  constexpr int kSessions = 20'000;
  for (int i = 0; i < kSessions; ++i) {
    const std::string number = std::to_string(i);
    outbox.Hold({std::string(128 - number.size(), 'a') + number, "session-" + number, 7});
  }
  outbox.Add(Ack("a"));
  v1::GatewayMessage message = outbox.Begin("1");
  std::set<std::string> named;
  const auto note = [&](const auto& part) {
    EXPECT_LT(message.ByteSizeLong(), 512U * 1024);
    for (const auto& session : part.sessions()) named.insert(session.session_id());
    return part.sessions_follow();
  };
  bool follow = note(message.hello());
  EXPECT_TRUE(follow);
  while (follow) {
    message = outbox.Next(false).value();
    ASSERT_TRUE(message.has_held_sessions());
    follow = note(message.held_sessions());
  }
  EXPECT_EQ(named.size(), static_cast<size_t>(kSessions));
  EXPECT_EQ(outbox.Next(false)->sequence(), 1);
  // A new stream begins with all of it again.
  outbox.Begin("1");
  EXPECT_TRUE(outbox.Next(false)->has_held_sessions());
}

TEST(LinkOutbox, SaysSoWhereTooManyCommandsAreUnacknowledged) {
  LinkOutbox outbox("gateway-1");
  outbox.Hold(kSession);
  for (size_t i = 0; i < UnansweredCommands::kMax; ++i)
    outbox.Delivered(Command(std::to_string(i)));
  EXPECT_FALSE(outbox.Begin("1").hello().sessions(0).unacknowledged_unknown());
  outbox.Delivered(Command("one more"));
  const v1::GatewayMessage hello = outbox.Begin("1");
  EXPECT_TRUE(hello.hello().sessions(0).unacknowledged_unknown());
  EXPECT_EQ(hello.hello().sessions(0).unacknowledged_command_ids_size(), 0);
}

v1::GatewayMessage Event(const std::string& session_id, size_t bytes = 0) {
  v1::GatewayMessage message;
  message.mutable_event()->set_session_id(session_id);
  message.mutable_event()->mutable_event()->set_details_json(std::string(bytes, 'x'));
  return message;
}

TEST(LinkOutbox, SaysWhichEventsAreStoredWhereSomebodyIsThereToHearIt) {
  LinkOutbox outbox("gateway-1");
  auto sink = std::make_shared<Sink>();
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

TEST(LinkOutbox, NamesTheConfigurationThatIsNotWritten) {
  LinkOutbox outbox("gateway-1");
  const auto sink = std::make_shared<Sink>();
  v1::DeliverConfig config;
  config.set_session_id(kSession.session_id);
  config.set_version(3);
  EXPECT_FALSE(outbox.Configured(config));
  outbox.Opened(kSession, sink);
  const auto named = [&] {
    return outbox.Begin("1").hello().sessions(0).unwritten_config_version();
  };
  const auto written = [&](int64_t version) {
    v1::GatewayMessage message;
    message.mutable_config_written()->set_session_id(kSession.session_id);
    message.mutable_config_written()->set_version(version);
    outbox.Add(std::move(message));
  };
  EXPECT_EQ(named(), 0);
  EXPECT_EQ(outbox.Configured(config), sink);
  EXPECT_EQ(named(), 3);
  config.set_version(4);
  outbox.Configured(config);
  written(3);
  EXPECT_EQ(named(), 4);
  written(4);
  EXPECT_EQ(named(), 0);
}

TEST(LinkOutbox, IsBoundedInBytesToo) {
  constexpr size_t kMiB = 1024 * 1024;
  LinkOutbox outbox("gateway-1");
  outbox.Begin("1");
  for (size_t i = 0; i < LinkOutbox::kBytesMax / kMiB / 2 - 1; ++i) outbox.Add(Event("s", kMiB));
  EXPECT_FALSE(outbox.congested());
  outbox.Add(Event("s", kMiB));
  EXPECT_TRUE(outbox.congested());
  EXPECT_FALSE(outbox.scarce());
  for (size_t i = 0; i < LinkOutbox::kBytesMax / kMiB / 4; ++i) outbox.Add(Event("s", kMiB));
  EXPECT_TRUE(outbox.scarce());
  outbox.Confirm(1'000'000);
  EXPECT_FALSE(outbox.congested());
  EXPECT_FALSE(outbox.scarce());
}

TEST(LinkOutbox, FindsOnlySessionsThatAreThere) {
  LinkOutbox outbox("gateway-1");
  auto sink = std::make_shared<Sink>();
  EXPECT_FALSE(outbox.Sink(kSession.session_id));
  EXPECT_FALSE(outbox.Delivered(Command("a")));
  outbox.Opened(kSession, sink);
  EXPECT_EQ(outbox.Sink(kSession.session_id), sink);
  sink.reset();
  EXPECT_FALSE(outbox.Sink(kSession.session_id));
}

}  // namespace
}  // namespace edgeplane::gateway
