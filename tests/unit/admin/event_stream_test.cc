// WatchEvents over a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/admin/admin_fixture.h"
#include "tests/unit/rpc/error_details.h"

namespace edgeplane::admin {
namespace {

using rpc::ReasonOf;
using testing::HasSubstr;

struct Watching {
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::ClientReader<v1::WatchEventsResponse>> reader;
  std::string token;  // of the last message

  // The next event's id; "begin" for a message without one, "end" at the end.
  std::string Next() {
    v1::WatchEventsResponse response;
    if (!reader->Read(&response)) return "end";
    token = response.resume_token();
    EXPECT_FALSE(token.empty());
    return response.has_event() ? response.event().event_id() : "begin";
  }
  grpc::Status Finish() { return reader->Finish(); }
};

class EventStreamTest : public AdminTest {
 protected:
  explicit EventStreamTest(const AdminSettings& settings = Settings()) : AdminTest(settings) {
    CreateAgent("a");
  }

  Watching Watch(const std::string& token = "", const std::string& agent_id = "") {
    v1::WatchEventsRequest request;
    request.mutable_filter()->set_agent_id(agent_id);
    request.set_resume_token(token);
    Watching watching{Authorized(), nullptr, token};
    watching.reader = stub_->WatchEvents(watching.context.get(), request);
    return watching;
  }

  void Record(const std::string& event_id, bool signal = true, size_t bytes = 0) {
    storage::Event event;
    event.agent_id = "a";
    event.event_id = event_id;
    event.event_type = "t";
    event.details_json = "{\"x\":\"" + std::string(bytes, 'x') + "\"}";
    event.receive_time = clock_.Now();
    ASSERT_TRUE(store_.RecordEvents({event}).ok());
    if (signal) event_signals_.Changed();
  }

  void AwaitWatches(int count) {
    const std::string line = "edgeplane_admin_watches " + std::to_string(count) + "\n";
    while (metrics_.Render().find(line) == std::string::npos) {
      ASSERT_LT(std::chrono::system_clock::now(), patience_) << metrics_.Render();
      std::this_thread::yield();
    }
  }

  const std::chrono::system_clock::time_point patience_ = Patience();
};

TEST_F(EventStreamTest, TellsEventsAsTheyAreStored) {
  Record("before");
  Watching watching = Watch();
  EXPECT_EQ(watching.Next(), "begin");
  for (const char* id : {"1", "2", "3"}) {
    Record(id);
    EXPECT_EQ(watching.Next(), id);
  }
}

TEST_F(EventStreamTest, NothingIsMissedBetweenTwoStreams) {
  Watching watching = Watch();
  EXPECT_EQ(watching.Next(), "begin");
  watching.context->TryCancel();
  EXPECT_EQ(watching.Finish().error_code(), grpc::StatusCode::CANCELLED);
  Record("1");
  Record("2");
  Watching second = Watch(watching.token);
  EXPECT_EQ(second.Next(), "1");
  second.context->TryCancel();  // with the second on its way, perhaps
  Record("3");
  Watching third = Watch(second.token);
  EXPECT_EQ(third.Next(), "2");
  EXPECT_EQ(third.Next(), "3");
  Record("4");
  EXPECT_EQ(third.Next(), "4");
}

// More than gRPC's windows hold: the stream waits for the caller, in the store.
TEST_F(EventStreamTest, ASlowCallerGetsEverything) {
  Watching watching = Watch();
  EXPECT_EQ(watching.Next(), "begin");
  for (int i = 0; i < 30; ++i) Record(std::to_string(i), true, 10 * 1024);
  for (int i = 0; i < 30; ++i) ASSERT_EQ(watching.Next(), std::to_string(i));
}

TEST_F(EventStreamTest, Errors) {
  EXPECT_EQ(ReasonOf(Watch("x").Finish()), "RESUME_TOKEN_INVALID");
  EXPECT_EQ(ReasonOf(Watch("", "a b").Finish()), "INVALID_FIELD");
  Watching all = Watch();
  EXPECT_EQ(all.Next(), "begin");
  const auto status = Watch(all.token, "a").Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(status), "RESUME_TOKEN_INVALID");
  store_.FailOperation(1, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "No."));
  event_signals_.Changed();
  EXPECT_EQ(all.Next(), "end");
  EXPECT_EQ(ReasonOf(all.Finish()), "STORE_UNAVAILABLE");
  AwaitWatches(0);
  EXPECT_THAT(
      metrics_.Render(),
      HasSubstr("edgeplane_admin_calls_total{code=\"INVALID_ARGUMENT\",method=\"WatchEvents\"} 3"));
}

TEST_F(EventStreamTest, ShutdownSaysHowToGoOn) {
  Watching watching = Watch();
  EXPECT_EQ(watching.Next(), "begin");
  admin_->Stop();
  EXPECT_EQ(watching.Next(), "end");
  const auto status = watching.Finish();
  EXPECT_EQ(ReasonOf(status), "SHUTTING_DOWN");
  EXPECT_THAT(status.error_message(), HasSubstr("resume_token"));
  EXPECT_EQ(ReasonOf(Watch().Finish()), "SHUTTING_DOWN");
}

class FewStreamsTest : public EventStreamTest {
 protected:
  static AdminSettings Few() {
    AdminSettings settings = Settings();
    settings.max_watches = 2;
    return settings;
  }
  FewStreamsTest() : EventStreamTest(Few()) {}
};

// The bound is one for both kinds.
TEST_F(FewStreamsTest, OneTooManyIsRefused) {
  Watching events = Watch();
  EXPECT_EQ(events.Next(), "begin");
  v1::WatchCommandRequest request;
  request.set_command_id(SendCommand("a"));
  const auto context = Authorized();
  const auto commands = stub_->WatchCommand(context.get(), request);
  AwaitWatches(2);
  EXPECT_EQ(ReasonOf(Watch().Finish()), "SERVER_OVERLOADED");
  context->TryCancel();
  EXPECT_EQ(commands->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

class PulsedStreamTest : public EventStreamTest {
 protected:
  static AdminSettings Pulsed() {
    AdminSettings settings;
    settings.watch_recheck = std::chrono::milliseconds(1);
    return settings;
  }
  PulsedStreamTest() : EventStreamTest(Pulsed()) {}
};

// What another process stores sends no signal here.
TEST_F(PulsedStreamTest, LooksWithoutASignal) {
  Watching watching = Watch();
  EXPECT_EQ(watching.Next(), "begin");
  Record("1", /*signal=*/false);
  EXPECT_EQ(watching.Next(), "1");
}

// Everything at once, for the sanitizers: pulses, signals, callers that leave and
// come back, and in the middle of it the end. Each caller sees every event once.
TEST_F(PulsedStreamTest, SurvivesChurnAndShutdown) {
  std::vector<std::future<void>> callers;
  std::atomic<int> begun = 0;
  for (int caller = 0; caller < 4; ++caller) {
    callers.push_back(std::async(std::launch::async, [this, caller, &begun] {
      std::string token;
      for (int next = 0; next < 40;) {
        Watching watching = Watch(token);
        std::string id = watching.Next();
        if (id == "begin") {
          ++begun;
          id = watching.Next();
        }
        if (id == "end") return;  // of all
        EXPECT_EQ(id, std::to_string(next));
        ++next;
        token = watching.token;
        if (next % 3 == caller % 3) continue;  // hangs up
        if (watching.Next() == std::to_string(next)) {
          ++next;
          token = watching.token;
        }
        watching.context->TryCancel();
      }
    }));
  }
  while (begun < 4) std::this_thread::yield();
  for (int i = 0; i < 100; ++i) Record(std::to_string(i), i % 2 == 0);
  callers.front().wait();
  Shutdown();
  for (auto& caller : callers) caller.get();
}

}  // namespace
}  // namespace edgeplane::admin
