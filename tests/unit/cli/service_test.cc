// The commands against the real service, over a store in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <future>

#include "tests/unit/admin/admin_fixture.h"
#include "tests/unit/cli/command_line.h"
#include "tests/unit/cli/temporary_directory.h"

namespace edgeplane::cli {
namespace {

namespace json = boost::json;

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Args = std::vector<std::string>;

class ServiceTest : public admin::AdminTest {
 protected:
  Ran Run(Args args) {
    args.insert(args.begin(), {"--server", server_->address(), "--token-file", token_});
    return run_(args);
  }

  // Standard output as JSON; nothing but one object may be there.
  json::value RunJson(Args args) {
    args.emplace_back("--json");
    const Ran ran = Run(args);
    EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
    json::error_code error;
    json::value value = json::parse(ran.out, error);
    EXPECT_FALSE(error) << ran.out;
    return value;
  }

  static std::string Text(const json::value& object, const char* name) {
    return json::value_to<std::string>(object.at(name));
  }

  // What an agent would do with its next command.
  void Answer(const std::string& agent_id, storage::CommandEvent event, const std::string& error) {
    const auto session = store_.OpenSession({"11111111-1111-7111-8111-111111111111", agent_id,
                                             "gateway-1", "192.0.2.1:4711", clock_.Now()});
    ASSERT_TRUE(session.ok());
    const storage::Fence fence{agent_id, "11111111-1111-7111-8111-111111111111", session->epoch};
    const auto claimed = store_.ClaimCommands({.fence = fence, .now = clock_.Now()});
    ASSERT_TRUE(claimed.ok());
    ASSERT_EQ(claimed->size(), 1U);
    const storage::Ack ack{.fence = fence,
                           .command_id = claimed->front().command_id,
                           .event = event,
                           .status = "done",
                           .error = error,
                           .time = clock_.Now(),
                           .ordinal = 1};
    ASSERT_TRUE(store_.ApplyAcks({ack}).ok());
    signals_.Changed(ack.command_id);
  }

  std::string CreateHere(const std::string& id, Args more = {}) {
    Args args = {"agent",   "create",       "--id",         id,
                 "--phone", "+15551234568", "--secret-out", directory_.In(id)};
    args.insert(args.end(), more.begin(), more.end());
    const Ran ran = Run(args);
    EXPECT_EQ(ran.code, ExitCode::kOk) << ran.err;
    return ran.out;
  }

  TemporaryDirectory directory_;
  std::string token_ = directory_.Write("admin.token", std::string(admin::kToken) + "\n");
  CommandLine run_;
};

TEST_F(ServiceTest, CreateWritesTheSecretToItsFileAndNowhereElse) {
  const std::string out = CreateHere("edge_1", {"--label", "site=berlin", "--name", "Front desk",
                                                "--allow-address", "192.0.2.0/24"});
  const std::string secret = directory_.Read("edge_1");
  EXPECT_EQ(secret.size(), 65U);
  EXPECT_THAT(out, Not(HasSubstr(secret.substr(0, 64))));
  EXPECT_THAT(out, HasSubstr(directory_.In("edge_1")));
  const json::value agent = RunJson({"agent", "show", "edge_1"});
  EXPECT_EQ(Text(agent, "user_phone"), "+15551234568");
  EXPECT_EQ(Text(agent.at("labels"), "site"), "berlin");
  EXPECT_EQ(agent.at("disabled"), false);
  // What the server knows is the secret that is in the file.
  EXPECT_EQ(Text(agent, "secret_fingerprint"), vault_.Fingerprint(secret.substr(0, 64)));
}

TEST_F(ServiceTest, CreateAsksNobodyWhenTheSecretHasNoPlace) {
  directory_.Write("edge_1", "precious");
  const Ran ran = Run({"agent", "create", "--id", "edge_1", "--phone", "+1555", "--secret-out",
                       directory_.In("edge_1")});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_THAT(ran.err, HasSubstr("exists and will not be overwritten"));
  EXPECT_EQ(directory_.Read("edge_1"), "precious");
  EXPECT_EQ(Run({"agent", "show", "edge_1"}).code, ExitCode::kNotFound);
}

TEST_F(ServiceTest, AFailedCreateLeavesNoFile) {
  CreateHere("edge_1");
  const Ran ran = Run({"agent", "create", "--id", "edge_1", "--phone", "+1555", "--secret-out",
                       directory_.In("again")});
  EXPECT_EQ(ran.code, ExitCode::kFailed);
  EXPECT_THAT(ran.err, HasSubstr("AGENT_ALREADY_EXISTS"));
  EXPECT_FALSE(std::filesystem::exists(directory_.In("again")));
}

TEST_F(ServiceTest, TheSecretIsPrintedOnlyWhenAskedFor) {
  const json::value printed =
      RunJson({"agent", "create", "--id", "a", "--phone", "+15551234568", "--secret-out", "-"});
  EXPECT_EQ(Text(printed, "agent_id"), "a");
  EXPECT_EQ(Text(printed, "secret").size(), 64U);
  const json::value filed = RunJson({"agent", "create", "--id", "b", "--phone", "+15551234568",
                                     "--secret-out", directory_.In("b")});
  EXPECT_EQ(Text(filed, "agent_id"), "b");
  EXPECT_FALSE(filed.as_object().contains("secret"));
}

TEST_F(ServiceTest, ImportReadsTheSecretFromStandardInput) {
  run_.input = "0123456789abcdef\n";
  const json::value agent =
      RunJson({"agent", "import", "--id", "a", "--phone", "+15551234568", "--secret-file", "-"});
  EXPECT_EQ(Text(agent, "secret_fingerprint"), vault_.Fingerprint("0123456789abcdef"));
  const std::string shared = directory_.Write("shared", "0123456789abcdef\n", 0644);
  const Ran ran = Run({"agent", "import", "--id", "b", "--phone", "+1", "--secret-file", shared});
  EXPECT_EQ(ran.code, ExitCode::kUsage);
  EXPECT_THAT(ran.err, HasSubstr("chmod 600"));
}

TEST_F(ServiceTest, WrongFieldsAreNamedAfterTheirOptions) {
  const Ran ran = Run({"agent", "create", "--id", "a", "--phone", "not a phone", "--secret-out",
                       directory_.In("a"), "--allow-address", "nowhere"});
  EXPECT_EQ(ran.code, ExitCode::kFailed);
  EXPECT_THAT(ran.err, HasSubstr("\n  --phone: "));
  EXPECT_THAT(ran.err, HasSubstr("\n  --allow-address: "));
}

TEST_F(ServiceTest, ListFiltersAndFollowsPages) {
  for (int i = 0; i < 5; ++i) CreateAgent("edge_" + std::to_string(i));
  CreateAgent("other");
  ASSERT_EQ(Run({"agent", "disable", "edge_3", "--reason", "lost"}).code, ExitCode::kOk);
  EXPECT_EQ(RunJson({"agent", "list"}).at("agents").as_array().size(), 6U);
  EXPECT_EQ(RunJson({"agent", "list", "--prefix", "edge_"}).at("agents").as_array().size(), 5U);
  EXPECT_EQ(RunJson({"agent", "list", "--disabled"}).at("agents").as_array().size(), 1U);
  EXPECT_EQ(RunJson({"agent", "list", "--enabled"}).at("agents").as_array().size(), 5U);
  EXPECT_EQ(RunJson({"agent", "list", "--connected"}).at("agents").as_array().size(), 0U);
  const json::value some = RunJson({"agent", "list", "--limit", "2"});
  EXPECT_EQ(some.at("agents").as_array().size(), 2U);
  EXPECT_NE(Text(some, "next_page_token"), "");
  const Ran ran = Run({"agent", "list", "--limit", "2"});
  EXPECT_THAT(ran.out, ContainsRegex("^AGENT +STATE"));
  EXPECT_THAT(ran.err, HasSubstr("There are more than 2"));
}

TEST_F(ServiceTest, ListsLongerThanAPageComeWhole) {
  for (int i = 0; i < 1003; ++i) {
    storage::Agent agent;
    agent.agent_id = "edge_" + std::to_string(i);
    ASSERT_TRUE(store_.CreateAgent(agent, std::nullopt).ok());
  }
  const json::value all = RunJson({"agent", "list"});
  EXPECT_EQ(all.at("agents").as_array().size(), 1003U);
  EXPECT_EQ(Text(all, "next_page_token"), "");
}

TEST_F(ServiceTest, UpdateChangesWhatIsNamedOnly) {
  CreateHere("a", {"--label", "site=berlin", "--label", "os=linux", "--allow-address",
                   "192.0.2.0/24,198.51.100.0/24"});
  const json::value agent =
      RunJson({"agent", "update", "a", "--name", "", "--label", "site=paris", "--remove-label",
               "os", "--remove-address", "198.51.100.0/24"});
  EXPECT_EQ(agent.at("labels"), json::value({{"site", "paris"}}));
  EXPECT_EQ(agent.at("allowed_addresses"), json::value(json::array({"192.0.2.0/24"})));
  EXPECT_EQ(Text(agent, "user_phone"), "+15551234568");
  const Ran opens = Run({"agent", "update", "a", "--remove-address", "192.0.2.0/24"});
  EXPECT_EQ(opens.code, ExitCode::kUsage);
  EXPECT_THAT(opens.err, HasSubstr("anywhere"));
  EXPECT_EQ(Run({"agent", "update", "a", "--remove-address", "10.0.0.0/8"}).code, ExitCode::kUsage);
  EXPECT_EQ(RunJson({"agent", "update", "a", "--any-address"}).at("allowed_addresses"),
            json::value(json::array()));
}

TEST_F(ServiceTest, DeleteAsksFirst) {
  CreateAgent("a");
  EXPECT_EQ(Run({"agent", "delete", "a"}).code, ExitCode::kUsage);
  run_.in_is_terminal = true;
  run_.input = "n\n";
  EXPECT_EQ(Run({"agent", "delete", "a"}).code, ExitCode::kFailed);
  EXPECT_EQ(Run({"agent", "show", "a"}).code, ExitCode::kOk);
  run_.input = "y\n";
  EXPECT_EQ(Run({"agent", "delete", "a"}).code, ExitCode::kOk);
  EXPECT_EQ(Run({"agent", "delete", "a", "--yes"}).code, ExitCode::kNotFound);
}

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
  EXPECT_THAT(Run({"command", "show", id}).out, HasSubstr("payload:         {\"rule\":7}\n"));
  EXPECT_EQ(RunJson({"command", "list", "--state", "queued"}).at("commands").as_array().size(), 1U);
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
  EXPECT_THAT(ran.err, HasSubstr("QUEUED"));
  EXPECT_THAT(ran.err, HasSubstr("edgeplane command watch 0"));
}

TEST_F(ServiceTest, ARefusalIsExplained) {
  v1::Refusal evidence;
  evidence.set_detail("Presented 0a1b2c3d.");
  evidence.mutable_presented()->set_credential_kind("raw secret");
  evidence.mutable_presented()->set_fingerprint("0a1b2c3d");
  evidence.mutable_presented()->set_user_agent("evil\x1b]0;owned\x07");
  evidence.mutable_expected()->set_fingerprint("ffffffff");
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
  EXPECT_THAT(ran.out, ContainsRegex("What was expected\nfingerprint: +ffffffff"));
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
