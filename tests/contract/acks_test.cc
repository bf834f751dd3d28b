#include "tests/contract/store_contract.h"

namespace edgeplane::storage {
namespace {

using testing::ElementsAre;

class AckContract : public StoreContract {
 protected:
  // Agent "a" with a session that has been given commands 1..count.
  Fence Given(int count) {
    MakeAgent("a");
    for (int i = 1; i <= count; ++i) Enqueue(CommandFor("a", i));
    const Fence fence = Open("a", 1);
    EXPECT_EQ(ClaimAll(fence).size(), static_cast<size_t>(count));
    return fence;
  }
};

TEST_P(AckContract, MovesTheCommandAndTellsWhenItWasDelivered) {
  const Fence fence = Given(1);
  Ack ack = AckBy(fence, Id(1), CommandEvent::kAckReceived, 1);
  ack.status = "pending";
  const AckOutcome outcome = AckOne(ack);
  EXPECT_EQ(outcome.verdict, AckVerdict::kApplied);
  EXPECT_EQ(outcome.moved_to, CommandState::kReceived);
  EXPECT_EQ(outcome.delivered_at, After(2));
  const Command got = Get(Id(1));
  EXPECT_EQ(got.state, CommandState::kReceived);
  EXPECT_EQ(got.update_time, After(3));
  ASSERT_EQ(got.history.size(), 3u);
  EXPECT_EQ(got.history[2].number, 3);
  EXPECT_EQ(got.history[2].time, After(3));
  EXPECT_EQ(got.history[2].state, CommandState::kReceived);
  EXPECT_EQ(got.history[2].channel, Channel::kWebSocket);
  EXPECT_EQ(got.history[2].session_id, Id(1));
  EXPECT_EQ(got.history[2].detail, "pending");
}

TEST_P(AckContract, KeepsTheErrorOfAFailure) {
  const Fence fence = Given(1);
  Ack ack = AckBy(fence, Id(1), CommandEvent::kAckFailed, 1);
  ack.status = "failed";
  ack.error = "no such recipient";
  EXPECT_EQ(AckOne(ack).moved_to, CommandState::kFailed);
  EXPECT_EQ(Get(Id(1)).error, "no such recipient");
  EXPECT_EQ(Get(Id(1)).history.back().detail, "failed: no such recipient");

  // A later word does not rewrite it.
  ack = AckBy(fence, Id(1), CommandEvent::kAckFailed, 2);
  ack.error = "something else";
  const AckOutcome repeat = AckOne(ack);
  EXPECT_EQ(repeat.verdict, AckVerdict::kApplied);
  EXPECT_FALSE(repeat.moved_to.has_value());
  EXPECT_FALSE(repeat.delivered_at.has_value());
  EXPECT_EQ(Get(Id(1)).error, "no such recipient");
  EXPECT_EQ(Get(Id(1)).history.size(), 4u);
}

TEST_P(AckContract, AnAgentMaySayWhatNoTextCanHold) {
  const Fence fence = Given(1);
  Ack ack = AckBy(fence, Id(1), CommandEvent::kAckFailed, 1);
  ack.status = std::string("wo\0rd", 5);
  ack.error = std::string("\0at byte\0", 9);
  EXPECT_EQ(AckOne(ack).moved_to, CommandState::kFailed);
  EXPECT_EQ(Get(Id(1)).error, "?at byte?");
  EXPECT_EQ(Get(Id(1)).history.back().detail, "wo?rd: ?at byte?");
}

TEST_P(AckContract, RepeatsGoIntoTheHistoryAndChangeNothing) {
  const Fence fence = Given(1);
  AckOne(AckBy(fence, Id(1), CommandEvent::kAckCompleted, 1));
  AckOne(AckBy(fence, Id(1), CommandEvent::kAckReceived, 2));
  AckOne(AckBy(fence, Id(1), CommandEvent::kAckFailed, 3));
  using enum CommandState;
  EXPECT_THAT(StatesOf(Get(Id(1))),
              ElementsAre(kQueued, kDelivered, kCompleted, kCompleted, kCompleted));
  EXPECT_EQ(Get(Id(1)).error, "");
}

TEST_P(AckContract, TheSameAcknowledgementIsAppliedOnce) {
  const Fence fence = Given(2);
  const Ack ack = AckBy(fence, Id(1), CommandEvent::kAckReceived, 7);
  EXPECT_EQ(AckOne(ack).verdict, AckVerdict::kApplied);
  EXPECT_EQ(AckOne(ack).verdict, AckVerdict::kAlreadyApplied);
  EXPECT_EQ(Get(Id(1)).history.size(), 3u);
  // In one call too.
  const Ack twice = AckBy(fence, Id(2), CommandEvent::kAckCompleted, 8);
  const Result<std::vector<AckOutcome>> outcomes = store().ApplyAcks({twice, twice});
  ASSERT_TRUE(outcomes.ok());
  ASSERT_EQ(outcomes->size(), 2u);
  EXPECT_EQ((*outcomes)[0].verdict, AckVerdict::kApplied);
  EXPECT_EQ((*outcomes)[1].verdict, AckVerdict::kAlreadyApplied);
  EXPECT_FALSE((*outcomes)[1].moved_to.has_value());
}

TEST_P(AckContract, WhatWasAppliedStaysAppliedAfterTheSession) {
  const Fence fence = Given(1);
  const Ack ack = AckBy(fence, Id(1), CommandEvent::kAckReceived, 1);
  AckOne(ack);
  const Fence next = Open("a", 2);
  EXPECT_EQ(AckOne(ack).verdict, AckVerdict::kAlreadyApplied);
  EXPECT_EQ(AckOne(AckBy(fence, Id(1), CommandEvent::kAckCompleted, 2)).verdict,
            AckVerdict::kFenced);
  // The ordinals of another session are its own.
  EXPECT_EQ(AckOne(AckBy(next, Id(1), CommandEvent::kAckCompleted, 1)).moved_to,
            CommandState::kCompleted);
}

TEST_P(AckContract, FencesOffSessionsThatAreNotOpen) {
  const Fence fence = Given(1);
  Fence wrong = fence;
  wrong.epoch -= 1;
  EXPECT_EQ(AckOne(AckBy(wrong, Id(1), CommandEvent::kAckCompleted, 1)).verdict,
            AckVerdict::kFenced);
  wrong = fence;
  wrong.session_id = Id(5);
  EXPECT_EQ(AckOne(AckBy(wrong, Id(1), CommandEvent::kAckCompleted, 1)).verdict,
            AckVerdict::kFenced);
  ASSERT_TRUE(store().EndSession({fence, After(5), {}}).ok());
  EXPECT_EQ(AckOne(AckBy(fence, Id(1), CommandEvent::kAckCompleted, 1)).verdict,
            AckVerdict::kFenced);
  EXPECT_EQ(AckOne(AckBy(fence, Id(99), CommandEvent::kAckCompleted, 1)).verdict,
            AckVerdict::kFenced);
  EXPECT_EQ(Get(Id(1)).state, CommandState::kQueued);
}

TEST_P(AckContract, AnotherAgentsCommandIsUnknown) {
  const Fence fence = Given(1);
  MakeAgent("b");
  const Fence of_b = Open("b", 2);
  EXPECT_EQ(AckOne(AckBy(of_b, Id(1), CommandEvent::kAckCompleted, 1)).verdict,
            AckVerdict::kUnknown);
  EXPECT_EQ(AckOne(AckBy(of_b, Id(99), CommandEvent::kAckCompleted, 2)).verdict,
            AckVerdict::kUnknown);
  EXPECT_EQ(Get(Id(1)).state, CommandState::kDelivered);
  // Nor does another's session with the right agent's name get through.
  EXPECT_EQ(AckOne(AckBy({"a", of_b.session_id, of_b.epoch}, Id(1), CommandEvent::kAckCompleted, 3))
                .verdict,
            AckVerdict::kFenced);
  EXPECT_EQ(AckOne(AckBy(fence, Id(1), CommandEvent::kAckCompleted, 1)).verdict,
            AckVerdict::kApplied);
}

TEST_P(AckContract, WhatWasNeverHandedOutCannotBeAnswered) {
  MakeAgent("a");
  Enqueue(CommandFor("a", 1));
  const Fence fence = Open("a", 1);
  EXPECT_EQ(AckOne(AckBy(fence, Id(1), CommandEvent::kAckCompleted, 1)).verdict,
            AckVerdict::kNotDelivered);
  EXPECT_THAT(StatesOf(Get(Id(1))), ElementsAre(CommandState::kQueued));
}

TEST_P(AckContract, ALateAnswerOverTheNextSessionCounts) {
  const Fence fence = Given(1);
  ASSERT_TRUE(store().EndSession({fence, After(5), {}}).ok());
  const Fence next = Open("a", 2);
  const AckOutcome outcome = AckOne(AckBy(next, Id(1), CommandEvent::kAckCompleted, 1));
  EXPECT_EQ(outcome.moved_to, CommandState::kCompleted);
  EXPECT_EQ(outcome.delivered_at, After(2));
  EXPECT_TRUE(ClaimAll(next).empty()) << "it is not handed out again";
}

TEST_P(AckContract, AppliesInTheOrderGivenWithAVerdictEach) {
  const Fence fence = Given(2);
  Fence wrong = fence;
  wrong.epoch += 1;
  const Result<std::vector<AckOutcome>> outcomes =
      store().ApplyAcks({AckBy(fence, Id(1), CommandEvent::kAckReceived, 1),
                         AckBy(fence, Id(99), CommandEvent::kAckReceived, 2),
                         AckBy(wrong, Id(2), CommandEvent::kAckReceived, 3),
                         AckBy(fence, Id(1), CommandEvent::kAckCompleted, 4),
                         AckBy(fence, Id(1), CommandEvent::kAckExecuting, 5)});
  ASSERT_TRUE(outcomes.ok());
  std::vector<AckVerdict> verdicts;
  for (const AckOutcome& outcome : *outcomes) verdicts.push_back(outcome.verdict);
  EXPECT_THAT(verdicts, ElementsAre(AckVerdict::kApplied, AckVerdict::kUnknown, AckVerdict::kFenced,
                                    AckVerdict::kApplied, AckVerdict::kApplied));
  using enum CommandState;
  EXPECT_THAT(StatesOf(Get(Id(1))),
              ElementsAre(kQueued, kDelivered, kReceived, kCompleted, kCompleted));
  const Result<std::vector<AckOutcome>> none = store().ApplyAcks({});
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(none->empty());
}

TEST_P(AckContract, TheHistoryIsBoundedForRepeatsAndKeepsTheLastMoves) {
  const Fence fence = Given(1);
  int64_t ordinal = 0;
  for (int step = 3; step <= kHistoryMax; ++step) {
    ASSERT_EQ(AckOne(AckBy(fence, Id(1), CommandEvent::kAckReceived, ++ordinal)).verdict,
              AckVerdict::kApplied);
  }
  ASSERT_EQ(Get(Id(1)).history.size(), static_cast<size_t>(kHistoryMax));
  const Ack beyond = AckBy(fence, Id(1), CommandEvent::kAckReceived, ++ordinal);
  EXPECT_EQ(AckOne(beyond).verdict, AckVerdict::kHistoryFull);
  EXPECT_EQ(AckOne(beyond).verdict, AckVerdict::kHistoryFull);
  EXPECT_EQ(Get(Id(1)).history.size(), static_cast<size_t>(kHistoryMax));
  EXPECT_EQ(AckOne(AckBy(fence, Id(1), CommandEvent::kAckCompleted, ++ordinal)).verdict,
            AckVerdict::kApplied);
  const Command got = Get(Id(1));
  ASSERT_EQ(got.history.size(), static_cast<size_t>(kHistoryMax) + 1);
  for (size_t i = 0; i < got.history.size(); ++i) {
    EXPECT_EQ(got.history[i].number, static_cast<int32_t>(i + 1));
  }
  EXPECT_EQ(got.history.back().state, CommandState::kCompleted);
}

EDGEPLANE_FOR_ALL_STORES(AckContract);

}  // namespace
}  // namespace edgeplane::storage
