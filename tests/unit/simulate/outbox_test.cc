#include "cli/simulate/outbox.h"

#include <gtest/gtest.h>

namespace edgeplane::simulate {
namespace {

using std::chrono::seconds;

const Moment kNow = Moment() + seconds(1000);

Ack Received(const std::string& id) { return {id, AckWord::kReceived, Time()}; }
Ack Done(const std::string& id) { return {id, AckWord::kCompleted, Time()}; }

// "id word" of each, as a channel would take them now.
std::vector<std::string> Due(Outbox& outbox, Moment now, std::vector<Ack>* taken = nullptr) {
  std::vector<std::string> words;
  while (std::optional<Ack> ack = outbox.TakeDueAck(now)) {
    words.push_back(ack->command_id + " " + std::string(NameOf(ack->word)));
    if (taken != nullptr) taken->push_back(*ack);
  }
  return words;
}
using Words = std::vector<std::string>;

TEST(OutboxAcks, ReceivedComesFirstAndDoneWhenItIsDue) {
  Outbox outbox;
  EXPECT_EQ(outbox.NextAckDue(), kNever);
  outbox.AddAck(Done("a"), kNow);
  outbox.AddAck(Received("b"), kNow);
  outbox.AddAck(Done("b"), kNow + seconds(5));
  EXPECT_EQ(outbox.NextAckDue(), kNow);
  EXPECT_EQ(Due(outbox, kNow), (Words{"b received", "a completed"}));
  EXPECT_EQ(outbox.NextAckDue(), kNow + seconds(5));
  EXPECT_EQ(Due(outbox, kNow + seconds(5)), Words{"b completed"});
  EXPECT_EQ(outbox.acks_waiting(), 0U);
}

TEST(OutboxAcks, PollingTakesOnlyWhatIsDone) {
  Outbox outbox;
  outbox.AddAck(Received("a"), kNow);
  EXPECT_EQ(outbox.NextFinalAckDue(), kNever);
  outbox.AddAck(Done("a"), kNow);
  EXPECT_EQ(outbox.TakeDueFinalAck(kNow)->word, AckWord::kCompleted);
  EXPECT_EQ(outbox.TakeDueFinalAck(kNow), std::nullopt);
}

TEST(OutboxAcks, WhatIsPutBackIsNext) {
  Outbox outbox;
  outbox.AddAck(Done("a"), kNow);
  outbox.AddAck(Done("b"), kNow);
  outbox.PutBack(*outbox.TakeDueAck(kNow));
  EXPECT_EQ(Due(outbox, kNow), (Words{"a completed", "b completed"}));
}

TEST(OutboxAcks, ABrokenConnectionBringsTheFinalOnesBack) {
  Outbox outbox;
  outbox.SessionBegan();
  outbox.AckWritten(Received("a"), kNow);
  outbox.AckWritten(Done("a"), kNow);
  outbox.AckWritten(Done("b"), kNow);
  outbox.AddAck(Done("c"), kNow);
  outbox.SessionEnded(false);
  EXPECT_EQ(Due(outbox, kNow), (Words{"a completed", "b completed", "c completed"}));
}

TEST(OutboxAcks, ACloseMeansTheyWereHeard) {
  Outbox outbox;
  outbox.AckWritten(Done("a"), kNow);
  outbox.SessionEnded(true);
  EXPECT_EQ(outbox.acks_waiting(), 0U);
  outbox.SessionEnded(false);
  EXPECT_EQ(outbox.acks_waiting(), 0U);
}

TEST(OutboxAcks, APongConfirmsWhatWasWrittenWellBeforeItsPing) {
  Outbox outbox;
  outbox.AckWritten(Done("old"), kNow);
  outbox.AckWritten(Done("young"), kNow + seconds(8));
  outbox.PingWritten(kNow + seconds(10));
  outbox.AckWritten(Done("after"), kNow + seconds(10));
  outbox.PongReceived();
  outbox.PongReceived();  // of another ping: says nothing more
  outbox.SessionEnded(false);
  EXPECT_EQ(Due(outbox, kNow + seconds(20)), (Words{"young completed", "after completed"}));
}

TEST(OutboxAcks, APongOfTheConnectionBeforeConfirmsNothing) {
  Outbox outbox;
  outbox.AckWritten(Done("a"), kNow);
  outbox.PingWritten(kNow + seconds(10));
  outbox.SessionEnded(false);
  std::vector<Ack> again;
  Due(outbox, kNow + seconds(11), &again);
  outbox.SessionBegan();
  outbox.AckWritten(again.at(0), kNow + seconds(11));
  outbox.PongReceived();
  outbox.SessionEnded(false);
  EXPECT_EQ(outbox.acks_waiting(), 1U);
}

TEST(OutboxAcks, AreBounded) {
  Outbox outbox;
  int taken = 0;
  while (outbox.AddAck(Done("a"), kNow)) ++taken;
  EXPECT_EQ(taken, 4096);
}

// The id of the next event to send; empty where there is none.
std::string Next(Outbox& outbox) {
  const Event* event = outbox.TakeUnsentEvent();
  return event == nullptr ? "" : event->event_id;
}

TEST(OutboxEvents, AreKeptUntilAcknowledged) {
  Outbox outbox;
  outbox.AddEvent({"e1", "", 1, Time()});
  outbox.AddEvent({"e2", "", 2, Time()});
  outbox.SessionBegan();
  EXPECT_EQ(Next(outbox), "e1");
  EXPECT_EQ(Next(outbox), "e2");
  EXPECT_EQ(Next(outbox), "");
  EXPECT_TRUE(outbox.EventAcknowledged("e1"));
  EXPECT_FALSE(outbox.EventAcknowledged("e1"));
  EXPECT_EQ(Next(outbox), "");
  outbox.AddEvent({"e3", "", 3, Time()});
  EXPECT_EQ(Next(outbox), "e3");
  // Another connection: what is not acknowledged goes out again.
  outbox.SessionEnded(false);
  outbox.SessionBegan();
  EXPECT_EQ(Next(outbox), "e2");
  EXPECT_EQ(Next(outbox), "e3");
  EXPECT_TRUE(outbox.EventAcknowledged("e3"));
  EXPECT_TRUE(outbox.EventAcknowledged("e2"));
  EXPECT_TRUE(outbox.events().empty());
}

TEST(OutboxEvents, AnAckForWhatWasNotSentOverThisConnectionCounts) {
  Outbox outbox;
  for (const char* id : {"e1", "e2", "e3"}) outbox.AddEvent({id, "", 1, Time()});
  EXPECT_EQ(Next(outbox), "e1");
  EXPECT_TRUE(outbox.EventAcknowledged("e2"));
  EXPECT_EQ(Next(outbox), "e3");
}

TEST(OutboxEvents, GoOutAFewAtATimeAndAreBounded) {
  Outbox outbox;
  int made = 0;
  for (; outbox.HasRoomForEvent(); ++made) outbox.AddEvent({std::to_string(made), "", 1, Time()});
  EXPECT_EQ(made, 1000);
  int sent = 0;
  while (!Next(outbox).empty()) ++sent;
  EXPECT_EQ(sent, 32);
  EXPECT_TRUE(outbox.EventAcknowledged("0"));
  EXPECT_EQ(Next(outbox), "32");
}

}  // namespace
}  // namespace edgeplane::simulate
