// Commands, refusals and the fleet, against the real service.
#include "tests/unit/cli/service_fixture.h"

namespace edgeplane::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST_F(ServiceTest, ACommandIsSentShownListedAndCancelled) {
  CreateAgent("a");
  const json::value sent =
      RunJson({"command", "send", "a", "set_rule", "--payload", "{\"rule\":7}", "--priority",
               "immediate", "--ttl", "1h", "--max-deliveries", "3", "--idempotency-key", "k"});
  const std::string id = Text(sent, "command_id");
  EXPECT_EQ(Text(sent, "state"), "QUEUED");
  EXPECT_EQ(Text(sent, "priority"), "IMMEDIATE");
  EXPECT_EQ(sent.at("max_deliveries"), 3);
  EXPECT_EQ(sent.at("payload").at("rule"), 7);
  EXPECT_THAT(Run({"command", "show", id}).out, ContainsRegex("deliveries: +0 of 3\n"));
  EXPECT_THAT(Run({"command", "send", "a", "other"}).out,
              ContainsRegex("deliveries: +0 \\(no limit\\)\n"));
  EXPECT_THAT(Run({"command", "show", id}).out, HasSubstr("payload:         {\"rule\":7}\n"));
  EXPECT_EQ(RunJson({"command", "list", "--state", "queued"}).at("commands").as_array().size(), 2U);
  EXPECT_EQ(RunJson({"command", "list", "--state", "failed,in-doubt"}).at("commands"),
            json::value(json::array()));
  EXPECT_EQ(Text(RunJson({"command", "cancel", id, "--reason", "no"}), "state"), "CANCELLED");
  const Ran again = Run({"command", "cancel", id});
  EXPECT_EQ(again.code, ExitCode::kFailed);
  EXPECT_THAT(again.err, HasSubstr("COMMAND_FINAL"));
  EXPECT_EQ(Run({"command", "watch", id}).code, ExitCode::kCommandCancelled);
}

TEST_F(ServiceTest, WatchEndsWithTheCommand) {
  CreateAgent("a");
  const std::string id = SendCommand("a");
  auto watched = std::async(std::launch::async, [&] { return Run({"command", "watch", id}); });
  Answer("a", storage::CommandEvent::kAckFailed, "no such rule\x1b[2J");
  const Ran ran = watched.get();
  EXPECT_EQ(ran.code, ExitCode::kCommandFailed);
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, ContainsRegex("QUEUED +operator"));
  EXPECT_THAT(ran.out, ContainsRegex("DELIVERED +websocket"));
  EXPECT_THAT(ran.out, ContainsRegex("FAILED +websocket +.*no such rule\\\\x1b"));
  EXPECT_THAT(ran.out, Not(HasSubstr("\x1b")));
  EXPECT_EQ(Run({"command", "watch", "01900000-0000-7000-8000-000000000000"}).code,
            ExitCode::kNotFound);
}

TEST_F(ServiceTest, SendCanWaitAndPrintsOneObject) {
  CreateAgent("a");
  auto waited = std::async(std::launch::async, [&] {
    return Run({"command", "send", "a", "reload", "--wait", "--json"});
  });
  // The command is there when the control hears of it.
  while (control_.TakeQueued().empty()) std::this_thread::yield();
  Answer("a", storage::CommandEvent::kAckCompleted, "");
  const Ran ran = waited.get();
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  json::error_code error;
  EXPECT_EQ(Text(json::parse(ran.out, error), "state"), "COMPLETED");
}

TEST_F(ServiceTest, AWaitCanBeBounded) {
  CreateAgent("a");
  const Ran ran = Run({"command", "send", "a", "reload", "--wait", "--max-wait", "50ms"});
  EXPECT_EQ(ran.code, ExitCode::kCommandUnfinished);
  EXPECT_THAT(ran.err, HasSubstr("QUEUED and has not ended within 50ms"));
  EXPECT_THAT(ran.err, HasSubstr("edgeplane command watch 0"));
}

TEST_F(ServiceTest, ARefusalIsExplained) {
  v1::Refusal evidence;
  evidence.set_detail("Presented 0a1b2c3d.");
  evidence.mutable_presented()->set_credential_kind("raw secret");
  evidence.mutable_presented()->set_fingerprint("0a1b2c3d");
  evidence.mutable_presented()->set_user_agent("evil\x1b]0;owned\x07");
  evidence.mutable_expected()->set_fingerprint("ffffffff");
  evidence.mutable_expected()->set_session_peer_address("198.51.100.2:5");
  storage::Refusal refusal{.refusal_id = "01900000-0000-7000-8000-000000000001",
                           .reason = v1::SECRET_MISMATCH,
                           .agent_id = "edge_1",
                           .peer_address = "192.0.2.1:4711",
                           .create_time = clock_.Now(),
                           .last_time = clock_.Now(),
                           .count = 3,
                           .http_status = 401,
                           .evidence = evidence.SerializeAsString()};
  ASSERT_TRUE(store_.RecordRefusals({refusal}).ok());
  const Ran ran = Run({"refusal", "show", refusal.refusal_id});
  ASSERT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_THAT(ran.out, StartsWith("SECRET_MISMATCH at stage admission\nThe agent presented a"));
  EXPECT_THAT(ran.out, ContainsRegex("whose turn: +the operator"));
  EXPECT_THAT(ran.out, ContainsRegex("What was presented\n(.*\n)*fingerprint: +0a1b2c3d"));
  EXPECT_THAT(ran.out, ContainsRegex("What was expected\nfingerprint: +ffffffff\n"
                                     "session held by: +198.51.100.2:5\n"));
  EXPECT_THAT(ran.out, HasSubstr("evil\\x1b]0;owned\\x07"));
  EXPECT_EQ(Text(RunJson({"refusal", "show", refusal.refusal_id}), "count"), "3");
  const json::value listed =
      RunJson({"refusal", "list", "--reason", "secret-mismatch", "--since", "1h"});
  EXPECT_EQ(listed.at("refusals").as_array().size(), 1U);
  EXPECT_THAT(Run({"refusal", "list", "--agent", "edge_1"}).out,
              ContainsRegex("SECRET_MISMATCH +edge_1 +192.0.2.1:4711"));
  EXPECT_EQ(RunJson({"refusal", "list", "--agent", "x"}).at("refusals"),
            json::value(json::array()));
}

TEST_F(ServiceTest, FleetStatus) {
  CreateAgent("a");
  SendCommand("a");
  const json::value status = RunJson({"fleet", "status"});
  EXPECT_EQ(Text(status, "agents"), "1");
  EXPECT_EQ(Text(status, "agents_connected"), "0");
  const Ran ran = Run({"fleet", "status"});
  EXPECT_THAT(ran.out, ContainsRegex("agents: +1\n"));
  EXPECT_THAT(ran.out, ContainsRegex("QUEUED +1\n"));
  EXPECT_THAT(ran.out, HasSubstr("No gateway is linked"));
}

TEST_F(ServiceTest, NoTokenOrAWrongOneIsNotPermitted) {
  token_ = directory_.Write("wrong", "ep_another\n");
  const Ran wrong = Run({"fleet", "status"});
  EXPECT_EQ(wrong.code, ExitCode::kNotPermitted);
  EXPECT_THAT(wrong.err, HasSubstr("--token-file"));
  const ScopedVariable data("XDG_DATA_HOME", directory_.In("nothing"));
  EXPECT_EQ(run_({"--server", server_->address(), "fleet", "status"}).code,
            ExitCode::kNotPermitted);
}

TEST_F(ServiceTest, AServerThatHasGoneIsUnreachable) {
  const std::string address = server_->address();
  Shutdown();
  EXPECT_EQ(run_({"--server", address, "fleet", "status", "--timeout", "5s"}).code,
            ExitCode::kUnreachable);
}

}  // namespace
}  // namespace edgeplane::cli
