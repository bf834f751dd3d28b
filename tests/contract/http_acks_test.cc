#include "storage/command_record.h"
#include "tests/contract/store_contract.h"

namespace edgeplane::storage {
namespace {

class HttpAckContract : public StoreContract {
 protected:
  void Synced(int count) {
    MakeAgent("a");
    for (int i = 1; i <= count; ++i) Enqueue(CommandFor("a", i));
    Sync(SyncBy("a", 50));
  }
};

TEST_P(HttpAckContract, NeedsNoSession) {
  Synced(1);
  const AckOutcome outcome = AckOne(HttpAckOf("a", Id(1), CommandEvent::kAckCompleted, 7));
  EXPECT_EQ(outcome.verdict, AckVerdict::kApplied);
  EXPECT_EQ(outcome.moved_to, CommandState::kCompleted);
  EXPECT_EQ(outcome.delivered_at, After(2));
  const Command got = Get(Id(1));
  EXPECT_EQ(got.history.back().channel, Channel::kHttp);
  EXPECT_EQ(got.history.back().session_id, "");
  EXPECT_EQ(got.history.back().detail, "word");
}

TEST_P(HttpAckContract, AnswersWhatASessionWasGiven) {
  MakeAgent("a");
  Enqueue(CommandFor("a", 1));
  ClaimAll(Open("a", 1));
  EXPECT_EQ(AckOne(HttpAckOf("a", Id(1), CommandEvent::kAckReceived, 0)).verdict,
            AckVerdict::kApplied);
  EXPECT_EQ(Get(Id(1)).state, CommandState::kReceived);
}

TEST_P(HttpAckContract, OneWithANameIsAppliedOnceAndOneWithoutAlways) {
  Synced(2);
  const Ack named = HttpAckOf("a", Id(1), CommandEvent::kAckCompleted, 7);
  EXPECT_EQ(AckOne(named).verdict, AckVerdict::kApplied);
  EXPECT_EQ(AckOne(named).verdict, AckVerdict::kAlreadyApplied);
  EXPECT_EQ(Get(Id(1)).history.size(), 3u);
  // The name is one within the command.
  EXPECT_EQ(AckOne(HttpAckOf("a", Id(2), CommandEvent::kAckCompleted, 7)).verdict,
            AckVerdict::kApplied);

  const Ack unnamed = HttpAckOf("a", Id(1), CommandEvent::kAckCompleted, 0);
  EXPECT_EQ(AckOne(unnamed).verdict, AckVerdict::kApplied);
  EXPECT_EQ(AckOne(unnamed).verdict, AckVerdict::kApplied);
  EXPECT_EQ(Get(Id(1)).history.size(), 5u);
}

TEST_P(HttpAckContract, AnotherAgentsAndWhatWasNotHandedOutAreToldApart) {
  Synced(1);
  MakeAgent("b");
  Enqueue(CommandFor("b", 9));
  EXPECT_EQ(AckOne(HttpAckOf("b", Id(1), CommandEvent::kAckCompleted, 0)).verdict,
            AckVerdict::kUnknown);
  EXPECT_EQ(AckOne(HttpAckOf("b", Id(77), CommandEvent::kAckCompleted, 0)).verdict,
            AckVerdict::kUnknown);
  EXPECT_EQ(AckOne(HttpAckOf("b", Id(9), CommandEvent::kAckCompleted, 0)).verdict,
            AckVerdict::kNotDelivered);
  EXPECT_EQ(Get(Id(1)).state, CommandState::kDelivered);
}

TEST_P(HttpAckContract, KeepsTheResultOfTheFirstFinalWord) {
  Synced(3);
  Ack ack = HttpAckOf("a", Id(1), CommandEvent::kAckExecuting, 1);
  ack.result_json = R"({"progress":1})";
  AckOne(ack);
  EXPECT_EQ(Get(Id(1)).result_json, "") << "not the end of it";
  ack = HttpAckOf("a", Id(1), CommandEvent::kAckCompleted, 2);
  ack.result_json = R"({"id":"x"})";
  AckOne(ack);
  EXPECT_EQ(Get(Id(1)).result_json, R"({"id":"x"})");
  ack.ordinal = 3;
  ack.result_json = R"({"id":"y"})";
  AckOne(ack);
  EXPECT_EQ(Get(Id(1)).result_json, R"({"id":"x"})");

  ack = HttpAckOf("a", Id(2), CommandEvent::kAckFailed, 1);
  ack.error = "no";
  ack.result_json = "{\"k\":\"" + std::string(kResultMax - 8, 'x') + "\"}";
  AckOne(ack);
  EXPECT_EQ(Get(Id(2)).result_json.size(), kResultMax);
  EXPECT_EQ(Get(Id(2)).error, "no");
  ack.command_id = Id(3);
  ack.result_json += " ";
  AckOne(ack);
  EXPECT_EQ(Get(Id(3)).result_json, "") << "too long to keep";
  EXPECT_EQ(Get(Id(3)).state, CommandState::kFailed);

  const Result<Page<Command>> list = store().ListCommands({"a", {}}, {});
  ASSERT_TRUE(list.ok());
  for (const Command& command : list->items) EXPECT_EQ(command.result_json, "");
}

TEST_P(HttpAckContract, OverTheSessionAResultIsKeptToo) {
  MakeAgent("a");
  Enqueue(CommandFor("a", 1));
  const Fence fence = Open("a", 1);
  ClaimAll(fence);
  Ack ack = AckBy(fence, Id(1), CommandEvent::kAckCompleted, 1);
  ack.result_json = R"({"id":"x"})";
  AckOne(ack);
  EXPECT_EQ(Get(Id(1)).result_json, R"({"id":"x"})");
}

EDGEPLANE_FOR_ALL_STORES(HttpAckContract);

}  // namespace
}  // namespace edgeplane::storage
