#include "services/admin/command_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/unit/admin/admin_fixture.h"
#include "tests/unit/rpc/error_details.h"

namespace edgeplane::admin {
namespace {

using rpc::ReasonOf;
using storage::CommandEvent;
using testing::HasSubstr;

// One open stream.
struct Watching {
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::ClientReader<v1::WatchCommandResponse>> reader;

  // The next step's state; STATE_UNSPECIFIED at the end.
  v1::Command::State Next() {
    v1::WatchCommandResponse response;
    if (!reader->Read(&response)) return v1::Command::STATE_UNSPECIFIED;
    EXPECT_EQ(response.step().number(), ++last_number);
    return response.step().state();
  }
  grpc::Status Finish() { return reader->Finish(); }

  int last_number = 0;
};

class WatchTest : public AdminTest {
 protected:
  using AdminTest::AdminTest;

  Watching Watch(const std::string& command_id, int after_number = 0) {
    v1::WatchCommandRequest request;
    request.set_command_id(command_id);
    request.set_after_number(after_number);
    Watching watching{Authorized(), nullptr};
    watching.reader = stub_->WatchCommand(watching.context.get(), request);
    watching.last_number = after_number;
    return watching;
  }

  std::string NewCommand() {
    CreateAgent("a");
    return SendCommand("a");
  }

  // The agent connects and takes what there is; a signal for the command.
  void Deliver(const std::string& command_id, bool signal = true) {
    const auto opened = store_.OpenSession({.session_id = "s",
                                            .agent_id = "a",
                                            .gateway_id = "g",
                                            .peer_address = "10.0.0.1:1",
                                            .now = clock_.Now()});
    ASSERT_TRUE(opened.ok());
    const auto* grant = std::get_if<storage::SessionGrant>(&*opened);
    ASSERT_NE(grant, nullptr);
    fence_ = {"a", "s", grant->epoch};
    storage::Claim claim;
    claim.fence = fence_;
    claim.count_max = 100;
    claim.now = clock_.Now();
    ASSERT_TRUE(store_.ClaimCommands(claim).ok());
    if (signal) signals_.Changed(command_id);
  }

  void Acknowledge(const std::string& command_id, CommandEvent event, bool signal = true) {
    storage::Ack ack;
    ack.fence = fence_;
    ack.command_id = command_id;
    ack.event = event;
    ack.status = "word";
    ack.time = clock_.Now();
    ack.ordinal = ++ordinal_;
    const auto outcome = store_.ApplyAcks({ack});
    ASSERT_TRUE(outcome.ok());
    ASSERT_EQ(outcome->at(0).verdict, storage::AckVerdict::kApplied);
    if (signal) signals_.Changed(command_id);
  }

  void AwaitWatches(int count) {
    const std::string line = "edgeplane_admin_watches " + std::to_string(count) + "\n";
    while (metrics_.Render().find(line) == std::string::npos) {
      ASSERT_LT(std::chrono::system_clock::now(), patience_) << metrics_.Render();
      std::this_thread::yield();
    }
  }

  storage::Fence fence_;
  int64_t ordinal_ = 0;
  const std::chrono::system_clock::time_point patience_ = Patience();
};

TEST_F(WatchTest, TellsEveryStepAsItHappensAndEndsWithTheLast) {
  const std::string id = NewCommand();
  Watching watching = Watch(id);
  EXPECT_EQ(watching.Next(), v1::Command::QUEUED);
  Deliver(id);
  EXPECT_EQ(watching.Next(), v1::Command::DELIVERED);
  Acknowledge(id, CommandEvent::kAckReceived);
  EXPECT_EQ(watching.Next(), v1::Command::RECEIVED);
  Acknowledge(id, CommandEvent::kAckExecuting);
  EXPECT_EQ(watching.Next(), v1::Command::EXECUTING);
  Acknowledge(id, CommandEvent::kAckExecuting);  // a repeat is a step, too
  EXPECT_EQ(watching.Next(), v1::Command::EXECUTING);
  Acknowledge(id, CommandEvent::kAckCompleted);
  EXPECT_EQ(watching.Next(), v1::Command::COMPLETED);
  EXPECT_EQ(watching.Next(), v1::Command::STATE_UNSPECIFIED);
  EXPECT_TRUE(watching.Finish().ok());
  AwaitWatches(0);
  EXPECT_THAT(metrics_.Render(),
              HasSubstr("edgeplane_admin_calls_total{code=\"OK\",method=\"WatchCommand\"} 1"));
}

TEST_F(WatchTest, TellsWhatWasBeforeAndLeavesOutWhatTheCallerHas) {
  const std::string id = NewCommand();
  Deliver(id);
  Acknowledge(id, CommandEvent::kAckFailed);
  Watching all = Watch(id);
  EXPECT_EQ(all.Next(), v1::Command::QUEUED);
  EXPECT_EQ(all.Next(), v1::Command::DELIVERED);
  EXPECT_EQ(all.Next(), v1::Command::FAILED);
  EXPECT_EQ(all.Next(), v1::Command::STATE_UNSPECIFIED);
  EXPECT_TRUE(all.Finish().ok());

  Watching rest = Watch(id, 2);
  EXPECT_EQ(rest.Next(), v1::Command::FAILED);
  EXPECT_EQ(rest.Next(), v1::Command::STATE_UNSPECIFIED);
  Watching none = Watch(id, 100);
  EXPECT_EQ(none.Next(), v1::Command::STATE_UNSPECIFIED);
  EXPECT_TRUE(none.Finish().ok());
}

TEST_F(WatchTest, SeesWhatOperatorsDo) {
  const std::string id = NewCommand();
  Watching watching = Watch(id);
  EXPECT_EQ(watching.Next(), v1::Command::QUEUED);
  v1::DeleteAgentRequest request;
  request.set_agent_id("a");
  v1::DeleteAgentResponse response;
  ASSERT_TRUE(Call(&Stub::DeleteAgent, request, &response).ok());
  EXPECT_EQ(watching.Next(), v1::Command::CANCELLED);
  EXPECT_TRUE(watching.Finish().ok());
}

TEST_F(WatchTest, Errors) {
  EXPECT_EQ(ReasonOf(Watch("0190b5a4-7e1c-7cc3-98c4-dc0c0c07398f").Finish()), "COMMAND_NOT_FOUND");
  EXPECT_EQ(ReasonOf(Watch("x").Finish()), "INVALID_FIELD");
  const std::string id = NewCommand();
  store_.FailOperation(1, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "No."));
  EXPECT_EQ(ReasonOf(Watch(id).Finish()), "STORE_UNAVAILABLE");
  AwaitWatches(0);
}

TEST_F(WatchTest, EndsWhenTheCallerGoes) {
  const std::string id = NewCommand();
  Watching watching = Watch(id);
  EXPECT_EQ(watching.Next(), v1::Command::QUEUED);
  AwaitWatches(1);
  watching.context->TryCancel();
  EXPECT_EQ(watching.Finish().error_code(), grpc::StatusCode::CANCELLED);
  AwaitWatches(0);
  Deliver(id);  // its signal finds nobody
}

TEST_F(WatchTest, ShutdownEndsOpenWatchesAndTakesNoMore) {
  const std::string id = NewCommand();
  std::vector<Watching> open;
  for (int i = 0; i < 20; ++i) {
    open.push_back(Watch(id));
    EXPECT_EQ(open.back().Next(), v1::Command::QUEUED);
  }
  admin_->Stop();
  for (Watching& watching : open) {
    EXPECT_EQ(watching.Next(), v1::Command::STATE_UNSPECIFIED);
    EXPECT_EQ(ReasonOf(watching.Finish()), "SHUTTING_DOWN");
  }
  EXPECT_EQ(ReasonOf(Watch(id).Finish()), "SHUTTING_DOWN");
  Shutdown();
}

// Steps while nobody reads: nothing is lost, nothing out of order.
TEST_F(WatchTest, ManyWatchersOfACommandThatChangesFast) {
  const std::string id = NewCommand();
  std::vector<Watching> open;
  for (int i = 0; i < 20; ++i) open.push_back(Watch(id));
  Deliver(id);
  for (int i = 0; i < 40; ++i) Acknowledge(id, CommandEvent::kAckExecuting);
  Acknowledge(id, CommandEvent::kAckCompleted);
  for (Watching& watching : open) {
    while (watching.Next() != v1::Command::STATE_UNSPECIFIED) continue;
    EXPECT_EQ(watching.last_number, 43);
    EXPECT_TRUE(watching.Finish().ok());
  }
}

class FewWatchesTest : public WatchTest {
 protected:
  static AdminSettings Few() {
    AdminSettings settings = Settings();
    settings.max_watches = 2;
    return settings;
  }
  FewWatchesTest() : WatchTest(Few()) {}
};

TEST_F(FewWatchesTest, OneTooManyIsRefusedUntilAnotherEnds) {
  const std::string id = NewCommand();
  Watching first = Watch(id);
  Watching second = Watch(id);
  AwaitWatches(2);
  const auto status = Watch(id).Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "SERVER_OVERLOADED");
  first.context->TryCancel();
  AwaitWatches(1);
  EXPECT_EQ(Watch(id).Next(), v1::Command::QUEUED);
}

class PulsedWatchTest : public WatchTest {
 protected:
  static AdminSettings Pulsed() {
    AdminSettings settings;
    settings.watch_recheck = std::chrono::milliseconds(1);
    return settings;
  }
  PulsedWatchTest() : WatchTest(Pulsed()) {}
};

// What another process does sends no signal here.
TEST_F(PulsedWatchTest, LooksWithoutASignal) {
  const std::string id = NewCommand();
  Watching watching = Watch(id);
  EXPECT_EQ(watching.Next(), v1::Command::QUEUED);
  Deliver(id, /*signal=*/false);
  EXPECT_EQ(watching.Next(), v1::Command::DELIVERED);
  Acknowledge(id, CommandEvent::kAckCompleted, /*signal=*/false);
  EXPECT_EQ(watching.Next(), v1::Command::COMPLETED);
  EXPECT_TRUE(watching.Finish().ok());
}

// Everything at once, for the sanitizers: pulses, signals, callers that leave,
// and in the middle of it the end.
TEST_F(PulsedWatchTest, SurvivesChurnAndShutdown) {
  const std::string id = NewCommand();
  Deliver(id);
  std::vector<std::future<void>> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.push_back(std::async(std::launch::async, [this, id, caller] {
      for (int i = 0; i < 50; ++i) {
        Watching watching = Watch(id);
        if (watching.Next() == v1::Command::STATE_UNSPECIFIED) return;  // the end
        if ((i + caller) % 2 == 0) watching.context->TryCancel();
        signals_.Changed(id);
      }
    }));
  }
  callers.front().wait();
  Shutdown();
  for (auto& caller : callers) caller.get();
}

}  // namespace
}  // namespace edgeplane::admin
