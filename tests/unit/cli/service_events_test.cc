// What agents report, listed and followed, against the real service.
#include "tests/unit/cli/service_fixture.h"

namespace edgeplane::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class ServiceEventsTest : public ServiceTest {
 protected:
  ServiceEventsTest() { CreateAgent("a"); }

  void Record(const std::string& event_id, const std::string& type = "t") {
    storage::Event event;
    event.agent_id = "a";
    event.event_id = event_id;
    event.event_type = type;
    event.thread_id = "thread-1";
    event.details_json = "{\"text\":\"\\u001b[2J\"}";
    event.receive_time = clock_.Now();
    event.channel = storage::Channel::kHttp;
    ASSERT_TRUE(store_.RecordEvents({event}).ok());
    event_signals_.Changed();
  }

  // Until the metrics have this line.
  void Await(const std::string& line) {
    while (metrics_.Render().find(line + "\n") == std::string::npos) {
      ASSERT_LT(std::chrono::system_clock::now(), patience_) << line;
      std::this_thread::yield();
    }
  }

  // Where a watch of everything would begin now.
  std::string TokenOfNow() {
    const auto context = Authorized();
    const auto reader = stub_->WatchEvents(context.get(), v1::WatchEventsRequest());
    v1::WatchEventsResponse begin;
    EXPECT_TRUE(reader->Read(&begin));
    context->TryCancel();
    EXPECT_FALSE(reader->Finish().ok());
    Await("edgeplane_admin_watches 0");
    return begin.resume_token();
  }

  // The ids of the events in lines of JSON.
  static std::vector<std::string> IdsOf(const std::string& lines) {
    std::vector<std::string> ids;
    std::istringstream in(lines);
    for (std::string line; std::getline(in, line);) {
      const json::value message = json::parse(line);
      EXPECT_FALSE(Text(message, "resume_token").empty());
      ids.push_back(message.as_object().contains("event") ? Text(message.at("event"), "event_id")
                                                          : "begin");
    }
    return ids;
  }

  const std::chrono::system_clock::time_point patience_ = admin::Patience();
};

TEST_F(ServiceEventsTest, AreListedNewestFirst) {
  Record("ev-1");
  Record("ev-2", "other");
  const json::value all = RunJson({"event", "list"});
  EXPECT_EQ(Text(all.at("events").at(0), "event_id"), "ev-2");
  EXPECT_EQ(all.at("events").as_array().size(), 2U);
  EXPECT_EQ(
      RunJson({"event", "list", "--agent", "a", "--type", "t"}).at("events").at(0).at("event_id"),
      "ev-1");
  EXPECT_EQ(RunJson({"event", "list", "--agent", "b"}).at("events"), json::value(json::array()));
  const Ran ran = Run({"event", "list", "--limit", "1"});
  EXPECT_THAT(ran.out, ContainsRegex("in [0-9]+d +a +other +thread-1 +ev-2 +http +\\{\"text\":"));
  EXPECT_THAT(ran.out, Not(HasSubstr("\x1b")));
  EXPECT_THAT(ran.err, HasSubstr("There are more than 1"));
  const Ran wrong = Run({"event", "list", "--agent", "a b"});
  EXPECT_THAT(wrong.err, HasSubstr("\n  --agent: "));
}

TEST_F(ServiceEventsTest, AreWatchedFromNowOn) {
  Record("before");
  auto watched = std::async(std::launch::async, [&] {
    return Run({"event", "watch", "--limit", "1"});
  });
  // Until one comes after its beginning.
  for (int i = 0; watched.wait_for(std::chrono::milliseconds(1)) != std::future_status::ready;
       ++i) {
    Record("later-" + std::to_string(i));
  }
  const Ran ran = watched.get();
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("Waiting for events"));
  EXPECT_THAT(ran.out, ContainsRegex("^[^ ]+  a  t  thread-1  \\{\"text\":.*\n$"));
  EXPECT_THAT(ran.out, Not(HasSubstr("\x1b")));
}

TEST_F(ServiceEventsTest, AWatchResumesBehindItsToken) {
  const std::string token = TokenOfNow();
  for (const char* id : {"1", "2", "3"}) Record(id);
  const Ran first = Run({"event", "watch", "--json", "--limit", "2", "--resume-token", token});
  EXPECT_EQ(first.code, ExitCode::kOk) << first.err;
  EXPECT_EQ(IdsOf(first.out), (std::vector<std::string>{"1", "2"}));
  const std::string last = first.out.substr(first.out.rfind('\n', first.out.size() - 2) + 1);
  const Ran rest = Run({"event", "watch", "--json", "--limit", "1", "--resume-token",
                        Text(json::parse(last), "resume_token")});
  EXPECT_EQ(IdsOf(rest.out), (std::vector<std::string>{"3"}));
}

TEST_F(ServiceEventsTest, AWatchGoesOnOverABrokenStream) {
  const std::string token = TokenOfNow();
  auto watched = std::async(std::launch::async, [&] {
    return Run({"event", "watch", "--json", "--limit", "3", "--resume-token", token});
  });
  Await("edgeplane_admin_watches 1");
  Record("1");
  store_.FailOperation(1, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "The store is away."));
  event_signals_.Changed();
  // Only then: the failure is for the watch, or for the look that follows it.
  Await("edgeplane_admin_calls_total{code=\"UNAVAILABLE\",method=\"WatchEvents\"} 1");
  Record("2");
  Record("3");
  const Ran ran = watched.get();
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_EQ(IdsOf(ran.out), (std::vector<std::string>{"1", "2", "3"}));
}

TEST_F(ServiceEventsTest, ATokenThatIsNotTakenEndsTheWatch) {
  const Ran ran = Run({"event", "watch", "--resume-token", "x"});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_THAT(ran.err, HasSubstr("--resume-token: it was made with another --agent or --type"));
  EXPECT_THAT(ran.err, HasSubstr("`edgeplane event list --json`"));
  EXPECT_THAT(ran.err, Not(HasSubstr("To go on")));
  const Ran other =
      Run({"event", "watch", "--agent", "a", "--resume-token", TokenOfNow(), "--limit", "1"});
  EXPECT_EQ(other.code, ExitCode::kUsage);
}

TEST_F(ServiceEventsTest, AServerThatIsNotThereIsUnreachableAtOnce) {
  const std::string address = server_->address();
  Shutdown();
  EXPECT_EQ(run_({"--server", address, "event", "watch"}).code, ExitCode::kUnreachable);
}

}  // namespace
}  // namespace edgeplane::cli
