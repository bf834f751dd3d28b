// What the outbox knows of the sessions of its gateway, and says of them in Hello.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "gateway/link_outbox.h"
#include "tests/unit/gateway/support/outbox_messages.h"

namespace edgeplane::gateway {
namespace {

void Hold(LinkOutbox& outbox, const SessionKey& key) {
  outbox.Asked(key.agent_id);
  EXPECT_TRUE(outbox.Answered(key.agent_id, &key, Time()));
}

v1::EndSession EndOf(const SessionKey& key) {
  v1::EndSession end;
  end.set_agent_id(key.agent_id);
  end.set_session_id(key.session_id);
  end.set_reason(v1::SUPERSEDED);
  return end;
}

TEST(LinkOutbox, NamesASessionFromItsAdmissionUntilItsEndIsConfirmed) {
  LinkOutbox outbox("gateway-1");
  Hold(outbox, kSession);
  const auto held = [&] { return outbox.Begin("1").hello().sessions_size() == 1; };
  ASSERT_TRUE(held());
  EXPECT_EQ(outbox.Begin("1").hello().sessions(0).agent_id(), "luna1");
  EXPECT_EQ(outbox.Begin("1").hello().sessions(0).epoch(), 7);
  const auto sink = std::make_shared<IdleSink>();
  outbox.Opened(kSession, sink);
  EXPECT_TRUE(held());
  outbox.Add(Closed());
  EXPECT_TRUE(held());
  outbox.Confirm(1);  // SessionOpened
  EXPECT_TRUE(held());
  outbox.Confirm(2);  // SessionClosed
  EXPECT_FALSE(held());
}

// Nothing may be sent to an agent whose upgrade is not complete.
TEST(LinkOutbox, SaysOfASessionThatItIsNotOpenYet) {
  LinkOutbox outbox("gateway-1");
  const auto not_open = [&] { return outbox.Begin("1").hello().sessions(0).not_open(); };
  Hold(outbox, kSession);
  EXPECT_TRUE(not_open());
  auto sink = std::make_shared<IdleSink>();
  outbox.Opened(kSession, sink);
  EXPECT_FALSE(not_open());
  sink.reset();  // it has been open, and its end is still to be said
  EXPECT_FALSE(not_open());
}

TEST(LinkOutbox, NamesWhatArrivedAndWasNotAcknowledged) {
  LinkOutbox outbox("gateway-1");
  const auto sink = std::make_shared<IdleSink>();
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
    Hold(outbox, {std::string(128 - number.size(), 'a') + number, "session-" + number, 7});
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
  Hold(outbox, kSession);
  for (size_t i = 0; i < UnansweredCommands::kMax; ++i)
    outbox.Delivered(Command(std::to_string(i)));
  EXPECT_FALSE(outbox.Begin("1").hello().sessions(0).unacknowledged_unknown());
  outbox.Delivered(Command("one more"));
  const v1::GatewayMessage hello = outbox.Begin("1");
  EXPECT_TRUE(hello.hello().sessions(0).unacknowledged_unknown());
  EXPECT_EQ(hello.hello().sessions(0).unacknowledged_command_ids_size(), 0);
}

TEST(LinkOutbox, NamesTheConfigurationThatIsNotWritten) {
  LinkOutbox outbox("gateway-1");
  const auto sink = std::make_shared<IdleSink>();
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

TEST(LinkOutbox, KnowsUpToWhereAnAgentsReportsArePending) {
  LinkOutbox outbox("gateway-1");
  outbox.Add(Ack("of somebody else"));
  EXPECT_EQ(outbox.PendingFor("luna1"), 0);
  Hold(outbox, kSession);
  Hold(outbox, {"luna1", "session-2", 8});
  EXPECT_EQ(outbox.PendingFor("luna1"), 1);
  outbox.Confirm(1);
  EXPECT_EQ(outbox.PendingFor("luna1"), 0);
  outbox.Add(Closed());
  outbox.Add(Ack("of the other session"));
  EXPECT_EQ(outbox.PendingFor("luna1"), 3);
  outbox.Confirm(2);
  EXPECT_EQ(outbox.PendingFor("luna1"), 3) << "one of two sessions has ended";
  EXPECT_EQ(outbox.PendingFor("luna2"), 0);
}

TEST(LinkOutbox, FindsOnlySessionsThatAreThere) {
  LinkOutbox outbox("gateway-1");
  auto sink = std::make_shared<IdleSink>();
  EXPECT_FALSE(outbox.Sink(kSession.session_id));
  EXPECT_FALSE(outbox.Delivered(Command("a")));
  outbox.Opened(kSession, sink);
  EXPECT_EQ(outbox.Sink(kSession.session_id), sink);
  sink.reset();
  EXPECT_FALSE(outbox.Sink(kSession.session_id));
}

TEST(LinkOutbox, SaysWhoHoldsASessionThatEnds) {
  LinkOutbox outbox("gateway-1");
  Hold(outbox, kSession);
  const auto sink = std::make_shared<IdleSink>();
  EXPECT_FALSE(outbox.Opened(kSession, sink));
  EXPECT_EQ(outbox.Ended(EndOf(kSession), Time()), sink);
  EXPECT_EQ(outbox.unconfirmed(), 1u) << "it says itself when it is closed";
}

TEST(LinkOutbox, OneThatEndsBeforeItIsOpenIsToldWhenItIs) {
  LinkOutbox outbox("gateway-1");
  Hold(outbox, kSession);
  EXPECT_EQ(outbox.Ended(EndOf(kSession), Time()), nullptr);
  EXPECT_EQ(outbox.unconfirmed(), 0u);
  EXPECT_EQ(outbox.Opened(kSession, std::make_shared<IdleSink>()), v1::SUPERSEDED);
}

TEST(LinkOutbox, OneThatEndsBeforeTheAnswerThatBringsItDoesToo) {
  LinkOutbox outbox("gateway-1");
  outbox.Asked("luna1");
  outbox.Asked("luna1");
  EXPECT_EQ(outbox.Ended(EndOf(kSession), Time()), nullptr);
  outbox.Answered("luna1", nullptr, Time());
  EXPECT_EQ(outbox.unconfirmed(), 0u) << "the other answer may bring it";
  EXPECT_TRUE(outbox.Answered("luna1", &kSession, Time()));
  EXPECT_EQ(outbox.Opened(kSession, std::make_shared<IdleSink>()), v1::SUPERSEDED);
}

TEST(LinkOutbox, OneThatNoAnswerBringsIsReportedAsClosedAndNeverOpened) {
  LinkOutbox outbox("gateway-1");
  outbox.Asked("luna1");
  outbox.Ended(EndOf(kSession), Time());
  outbox.Answered("luna1", nullptr, Time());
  EXPECT_EQ(outbox.unconfirmed(), 1u);
  EXPECT_FALSE(outbox.Answered("luna1", &kSession, Time()));
  outbox.Begin("1");
  const auto report = outbox.Next(true);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->session_closed().session_id(), kSession.session_id);
  EXPECT_EQ(report->session_closed().epoch(), 0);
  EXPECT_TRUE(report->session_closed().has_written());
  // Said again, it is answered again: the registry may have lost the first.
  outbox.Ended(EndOf(kSession), Time());
  EXPECT_EQ(outbox.unconfirmed(), 2u);
}

TEST(LinkOutbox, WhatIsEndedWhileAnAnswerIsOnItsWayHasABound) {
  LinkOutbox outbox("gateway-1");
  outbox.Asked("luna1");
  for (int i = 0; i < 1000; ++i) {
    outbox.Ended(EndOf({"luna1", "session-" + std::to_string(i), 7}), Time());
  }
  EXPECT_EQ(outbox.unconfirmed(), 1000u - 64);
}

}  // namespace
}  // namespace edgeplane::gateway
