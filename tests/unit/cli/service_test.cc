// Registering and changing agents, against the real service.
#include "tests/unit/cli/service_fixture.h"

namespace edgeplane::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

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

TEST_F(ServiceTest, ASecretThatCouldNotBePrintedIsSaidToBeLost) {
  std::istringstream in;
  std::ostringstream err;
  std::ostream broken(nullptr);
  const Surroundings around{.in = in, .out = broken, .err = err, .clock = clock_};
  const Args call = {"--server", server_->address(), "--token-file", token_,
                     "agent",    "create",           "--id",         "a",
                     "--phone",  "+15551234568",     "--secret-out", "-"};
  EXPECT_EQ(cli::Run(call, around), ExitCode::kFailed);
  EXPECT_THAT(err.str(), HasSubstr("could not be written; the agent is registered, but its secret"
                                   " is lost.\nRun `edgeplane agent delete a --yes`"));
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
  EXPECT_EQ(ran.code, ExitCode::kUsage);
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

TEST_F(ServiceTest, WhatIsNotThereCannotBeRemoved) {
  CreateHere("a", {"--label", "site=berlin", "--label", "os=linux"});
  const auto says = [&](Args change) {
    change.insert(change.begin(), {"agent", "update", "a"});
    const Ran ran = Run(std::move(change));
    EXPECT_EQ(ran.code, ExitCode::kUsage);
    return ran.err;
  };
  EXPECT_EQ(says({"--remove-label", "sites"}),
            "edgeplane: --remove-label: sites is none of the agent's labels: os, site\n");
  EXPECT_EQ(says({"--remove-address", "::1"}),
            "edgeplane: --remove-address: ::1 cannot be removed: the agent has no allowed "
            "addresses\n");
  EXPECT_EQ(RunJson({"agent", "show", "a"}).at("labels").as_object().size(), 2U);
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

}  // namespace
}  // namespace edgeplane::cli
