// Secrets, join tokens and configurations, against the real service.
#include <sys/stat.h>

#include <boost/json/serialize.hpp>

#include "tests/unit/cli/service_fixture.h"

namespace edgeplane::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

TEST_F(ServiceTest, RotatingWritesTheNewSecretToItsFileAndNowhereElse) {
  CreateHere("edge_1");
  const std::string file = directory_.In("new");
  const Ran ran =
      Run({"agent", "rotate-secret", "edge_1", "--overlap", "24h", "--secret-out", file});
  ASSERT_EQ(ran.code, ExitCode::kOk) << ran.err;
  const std::string secret = directory_.Read("new").substr(0, 64);
  EXPECT_THAT(secret, MatchesRegex("[0-9a-f]{64}"));
  EXPECT_THAT(ran.out, Not(HasSubstr(secret)));
  EXPECT_THAT(ran.out, HasSubstr("The agent's secret is in " + file));
  EXPECT_THAT(ran.out, HasSubstr(vault_.Fingerprint(secret)));
  EXPECT_TRUE(control_.TakeEnded().empty());
  const json::value printed = RunJson({"agent", "rotate-secret", "edge_1", "--secret-out", "-"});
  EXPECT_EQ(Text(printed, "secret_fingerprint"), vault_.Fingerprint(Text(printed, "secret")));
  EXPECT_EQ(control_.TakeEnded().size(), 1U);
}

TEST_F(ServiceTest, RotatingAsksNobodyWhenTheSecretHasNoPlace) {
  CreateHere("edge_1");
  const std::string before = directory_.Read("edge_1");
  const Ran ran =
      Run({"agent", "rotate-secret", "edge_1", "--secret-out", directory_.In("edge_1")});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_THAT(ran.err, HasSubstr("--secret-out"));
  EXPECT_EQ(directory_.Read("edge_1"), before);
  EXPECT_EQ(Text(RunJson({"agent", "show", "edge_1"}), "secret_fingerprint"),
            vault_.Fingerprint(before.substr(0, 64)));
  EXPECT_EQ(Run({"agent", "rotate-secret", "nobody", "--secret-out", directory_.In("x")}).code,
            ExitCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(directory_.In("x")));
  const Ran late = Run(
      {"agent", "rotate-secret", "edge_1", "--overlap", "31d", "--secret-out", directory_.In("x")});
  EXPECT_EQ(late.code, ExitCode::kUsage);
  EXPECT_THAT(late.err, HasSubstr("--overlap: must be at most 30d"));
}

TEST_F(ServiceTest, RotatingAsksBeforeItCutsAnAgentOff) {
  CreateHere("edge_1");
  run_.in_is_terminal = true;
  run_.input = "n\n";
  const auto rotate = [&](const char* file, Args more = {}) {
    Args args = {"agent", "rotate-secret", "edge_1", "--secret-out", directory_.In(file)};
    args.insert(args.end(), more.begin(), more.end());
    return Run(args);
  };
  EXPECT_EQ(rotate("away").code, ExitCode::kOk);  // nobody is cut off
  SendCommand("edge_1");
  Answer("edge_1", storage::CommandEvent::kAckCompleted, "");
  const Ran asked = rotate("asked");
  EXPECT_EQ(asked.code, ExitCode::kFailed);
  EXPECT_THAT(asked.err, HasSubstr("its session ends"));
  EXPECT_FALSE(std::filesystem::exists(directory_.In("asked")));
  EXPECT_EQ(rotate("overlapping", {"--overlap", "1h"}).code, ExitCode::kOk);
  EXPECT_EQ(rotate("meant", {"--yes"}).code, ExitCode::kOk);
  run_.input = "y\n";
  EXPECT_EQ(rotate("agreed").code, ExitCode::kOk);
  run_.in_is_terminal = false;
  EXPECT_EQ(rotate("script").code, ExitCode::kOk);
}

TEST_F(ServiceTest, RetiringEndsTheOverlapOnce) {
  CreateHere("edge_1");
  ASSERT_EQ(Run({"agent", "rotate-secret", "edge_1", "--overlap", "1h", "--secret-out",
                 directory_.In("new")})
                .code,
            ExitCode::kOk);
  EXPECT_EQ(Run({"agent", "retire-secret", "edge_1"}).code, ExitCode::kOk);
  const Ran again = Run({"agent", "retire-secret", "edge_1"});
  EXPECT_EQ(again.code, ExitCode::kNotFound);
  EXPECT_THAT(again.err, HasSubstr("SECRET_NOT_FOUND"));
}

TEST_F(ServiceTest, DisconnectNeedsASession) {
  CreateHere("edge_1");
  const Ran away = Run({"agent", "disconnect", "edge_1"});
  EXPECT_EQ(away.code, ExitCode::kFailed);
  EXPECT_THAT(away.err, HasSubstr("AGENT_NOT_CONNECTED"));
  SendCommand("edge_1");
  Answer("edge_1", storage::CommandEvent::kAckCompleted, "");
  const Ran ran = Run({"agent", "disconnect", "edge_1"});
  EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("192.0.2.1:4711"));
  EXPECT_EQ(control_.TakeEnded().size(), 1U);
}

TEST_F(ServiceTest, ATokenIsMadeListedAndRevoked) {
  const std::string file = directory_.In("join");
  const Ran made =
      Run({"token", "create", "--description", "rollout", "--phone", "+15551234568", "--label",
           "site=berlin", "--max-uses", "3", "--ttl", "1h", "--token-out", file});
  ASSERT_EQ(made.code, ExitCode::kOk) << made.err;
  const std::string token = directory_.Read("join");
  EXPECT_THAT(token, MatchesRegex("ejt_[0-9a-f]{64}\n"));
  EXPECT_THAT(made.out + made.err, Not(HasSubstr(token.substr(0, 20))));
  EXPECT_THAT(made.out, HasSubstr("The join token is in " + file));
  EXPECT_THAT(made.out, ContainsRegex("agents made: +0 of 3\n"));
  struct stat status {};
  ASSERT_EQ(stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);

  const json::value listed = RunJson({"token", "list"});
  const json::value& first = listed.at("join_tokens").as_array().at(0);
  EXPECT_EQ(Text(first, "description"), "rollout");
  EXPECT_EQ(Text(first, "user_phone"), "+15551234568");
  EXPECT_EQ(Text(first.at("labels"), "site"), "berlin");
  EXPECT_THAT(json::serialize(listed), Not(HasSubstr("ejt_")));
  const std::string id = Text(first, "join_token_id");
  EXPECT_THAT(Run({"token", "revoke", id}).out, ContainsRegex("state: +revoked\n"));
  EXPECT_THAT(Run({"token", "list"}).out, ContainsRegex(id + " +revoked"));
  EXPECT_EQ(Run({"token", "revoke", "01900000-0000-7000-8000-000000000000"}).code,
            ExitCode::kNotFound);
  EXPECT_THAT(Run({"token", "revoke", "x"}).err, HasSubstr("\n  TOKEN_ID: "));
}

TEST_F(ServiceTest, ATokenIsPrintedOnlyWhenAskedFor) {
  const json::value printed = RunJson({"token", "create", "--token-out", "-"});
  EXPECT_THAT(Text(printed, "token"), MatchesRegex("ejt_[0-9a-f]{64}"));
  EXPECT_FALSE(Text(printed, "join_token_id").empty());
  directory_.Write("join", "precious");
  const Ran ran = Run({"token", "create", "--token-out", directory_.In("join")});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_THAT(ran.err, HasSubstr("--token-out F"));
  EXPECT_EQ(directory_.Read("join"), "precious");
  EXPECT_EQ(RunJson({"token", "list"}).at("join_tokens").as_array().size(), 1U);
}

TEST_F(ServiceTest, AConfigurationIsSetAndShown) {
  CreateHere("edge_1");
  EXPECT_THAT(Run({"agent", "show-config", "edge_1"}).out, HasSubstr("none has been set"));
  const json::value set =
      RunJson({"agent", "set-config", "edge_1", "--config", "{\"interval\":30}"});
  EXPECT_EQ(Text(set, "version"), "1");
  EXPECT_EQ(set.at("config").at("interval"), 30);
  EXPECT_EQ(control_.TakeReconfigured().size(), 1U);
  const std::string file = directory_.Write("config.json", "{\"interval\": 30}");
  EXPECT_EQ(Text(RunJson({"agent", "set-config", "edge_1", "--config-file", file}), "version"),
            "1");
  EXPECT_EQ(Text(RunJson({"agent", "set-config", "edge_1", "--config-file", file, "--resend"}),
                 "version"),
            "2");
  const auto done = [&](Args args) {
    args.insert(args.begin(), {"agent", "set-config", "edge_1", "--config"});
    const std::string out = Run(args).out;
    const size_t at = out.find("done:");
    return at == std::string::npos ? out : out.substr(at, out.find('\n', at) - at);
  };
  EXPECT_THAT(done({"@" + file}), ContainsRegex("done: +the same as before: nothing changes"));
  run_.input = "{\"interval\": 30}";
  EXPECT_THAT(done({"-", "--resend"}),
              ContainsRegex("done: +the same as before, to be handed out once more"));
  EXPECT_THAT(done({"{\"interval\": 31}"}), ContainsRegex("done: +changed from version 3"));
  run_.input = "{}";
  EXPECT_THAT(Run({"agent", "set-config", "edge_1", "--config-file", "-"}).out,
              ContainsRegex("version: +5\n"));
  const Ran shown = Run({"agent", "show-config", "edge_1"});
  EXPECT_THAT(shown.out, ContainsRegex("state: +waiting for the agent, which has had none yet\n"));
  EXPECT_THAT(shown.out, ContainsRegex("configuration: +\\{\\}\n"));
  EXPECT_THAT(Run({"agent", "show", "edge_1"}).out, ContainsRegex("configuration: +version 5, "));
  EXPECT_EQ(Run({"agent", "show-config", "nobody"}).code, ExitCode::kNotFound);
  EXPECT_EQ(Run({"agent", "set-config", "nobody", "--config", "{}"}).code, ExitCode::kNotFound);
}

TEST_F(ServiceTest, AnAgentIsShownWithAllThatIsKnown) {
  storage::Agent agent;
  agent.agent_id = "bare";
  ASSERT_TRUE(store_.CreateAgent(agent, std::nullopt).ok());
  SendCommand("bare");
  Answer("bare", storage::CommandEvent::kAckCompleted, "");
  ASSERT_TRUE(store_.RecordStatuses({{"bare", {"{\"note\":\"\\u001b[2J\"}", clock_.Now()}}}).ok());
  storage::Refusal refusal{.refusal_id = "01900000-0000-7000-8000-000000000001",
                           .reason = v1::TOKEN_EXPIRED,
                           .agent_id = "bare",
                           .create_time = clock_.Now(),
                           .last_time = clock_.Now(),
                           .count = 3};
  ASSERT_TRUE(store_.RecordRefusals({refusal}).ok());
  const Ran ran = Run({"agent", "show", "bare"});
  ASSERT_EQ(ran.code, ExitCode::kOk) << ran.err;
  EXPECT_THAT(ran.out, ContainsRegex("secret fingerprint: +none of its own\n"));
  EXPECT_THAT(ran.out, ContainsRegex("connected with: +the fleet secret\n"));
  EXPECT_THAT(ran.out, ContainsRegex("last refused: +TOKEN_EXPIRED, .*, 3 attempts\n"));
  EXPECT_THAT(ran.out, ContainsRegex("refusal: +01900000"));
  EXPECT_THAT(ran.out, ContainsRegex("status: +\\{\"note\":"));
  EXPECT_THAT(ran.out, Not(HasSubstr("\x1b")));
  EXPECT_EQ(Text(RunJson({"agent", "show", "bare"}), "agent_id"), "bare");
  CreateAgent("other");
  EXPECT_EQ(RunJson({"agent", "list", "--without-secret"}).at("agents").as_array().size(), 1U);
  EXPECT_THAT(Run({"fleet", "status"}).out, ContainsRegex("without own secret: +1\n"));
}

}  // namespace
}  // namespace edgeplane::cli
