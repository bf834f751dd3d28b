// The real tree of commands: what it accepts, what it says when it does not,
// and its help.
#include "tests/unit/cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/all_settings.h"
#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/setting_flags.h"
#include "tests/unit/cli/temporary_directory.h"

namespace edgeplane::cli {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using Args = std::vector<std::string>;

const CommandLine kRun;

// Every path that leads to a command or a group of them.
std::vector<Args> Paths() {
  CommandTree tree;
  AddAllCommands(tree);
  std::vector<Args> paths;
  for (const CompletionPlace& place : CompletionPlaces(tree)) {
    Args path;
    std::istringstream words(place.path);
    for (std::string word; words >> word;) path.push_back(word);
    paths.push_back(path);
  }
  return paths;
}

TEST(Help, IsThereOnEveryLevel) {
  const std::vector<Args> paths = Paths();
  EXPECT_GE(paths.size(), 35U);
  for (Args args : paths) {
    args.push_back("--help");
    const Ran ran = kRun(args);
    const std::string shown = testing::PrintToString(args);
    EXPECT_EQ(ran.code, ExitCode::kOk) << shown;
    EXPECT_EQ(ran.err, "") << shown;
    EXPECT_THAT(ran.out, HasSubstr("Usage: edgeplane")) << shown;
    EXPECT_THAT(ran.out, HasSubstr("Examples:\n  ")) << shown;
    EXPECT_THAT(ran.out, HasSubstr("edgeplane")) << shown;
    EXPECT_THAT(ran.out, Not(HasSubstr(" \n"))) << shown;
    // CLI11 would add what it knows of a value's bounds to its name.
    EXPECT_THAT(ran.out, Not(HasSubstr(":INT"))) << shown;
  }
}

TEST(Help, FitsEightyColumns) {
  for (Args args : Paths()) {
    args.push_back("--help");
    std::istringstream lines(kRun(args).out);
    for (std::string line; std::getline(lines, line);) {
      // Examples are to be copied as they are.
      if (line.find("edgeplane ") != std::string::npos) continue;
      EXPECT_LE(line.size(), 80U) << line;
    }
  }
}

TEST(Help, ShowsEverySettingWithItsVariableAndBounds) {
  AllSettings settings;
  SettingSet set;
  DeclareAllSettings(set, settings, {});
  const std::string help = kRun({"serve", "--help"}).out;
  for (const SettingInfo& info : set.settings()) {
    EXPECT_THAT(help, HasSubstr("--" + info.name));
    EXPECT_THAT(help, HasSubstr("[" + SettingVariable(info.name) + "]"));
  }
  EXPECT_THAT(help, HasSubstr("--max-connections N"));
  EXPECT_THAT(help, HasSubstr("Default: 127.0.0.1:8080."));
}

TEST(Help, NamesTheExitCodes) {
  EXPECT_THAT(kRun({"--help"}).out, HasSubstr("Exit codes:\n  0   done"));
}

TEST(Version, IsShownBothWays) {
  EXPECT_THAT(kRun({"--version"}).out, StartsWith("edgeplane "));
  EXPECT_EQ(kRun({"--version"}).out, kRun({"version"}).out);
  EXPECT_THAT(kRun({"version", "--json"}).out, StartsWith("{\"version\":\""));
}

struct Mistake {
  Args args;
  const char* says;
};

TEST(Usage, MistakesAreSaidInWordsThatHelp) {
  const std::vector<Mistake> mistakes = {
      {{}, "Usage: edgeplane"},
      {{"agnet", "list"}, "did you mean agent?"},
      {{"agent"}, "needs one more word: create, import"},
      {{"agent", "shwo", "x"}, "did you mean show?"},
      {{"agent", "list", "--conected"}, "did you mean --connected?"},
      {{"agent", "show"}, "ID"},
      {{"agent", "show", "\xff"}, "ID: must be UTF-8"},
      {{"agent", "list", "--label", "site=\xff"}, "--label: must be UTF-8"},
      {{"command", "send", "x", "y", "--idempotency-key", "\xff"}, "--idempotency-key: must be"},
      {{"event", "watch", "--agent", "\xff"}, "--agent: must be UTF-8"},
      {{"agent", "list", "--server"}, "--server needs a value\n"},
      {{"agent", "show", "a", "b"}, "\"b\""},
      {{"agent", "list", "--connected", "--disconnected"}, "--connected"},
      {{"agent", "create", "--phone", "+1"}, "--id"},
      {{"agent", "create", "--id", "../x", "--phone", "+1"}, "--id"},
      {{"agent", "create", "--id", "x", "--phone", "+1", "--label", "site"}, "KEY=VALUE"},
      {{"agent", "update", "x"}, "nothing to change"},
      {{"agent", "update", "x", "--any-address", "--allow-address", "::1"}, "--any-address"},
      {{"agent", "delete", "x"}, "--yes"},
      {{"agent", "import", "--id", "x", "--phone", "+1", "--secret-file", "/no/such"}, "/no/such"},
      {{"command", "send", "x"}, "TYPE"},
      {{"command", "send", "x", "y", "--payload", "[1]"}, "--payload"},
      {{"command", "send", "x", "y", "--payload", "{\"a\":12345678901234567890}"}, "string"},
      {{"command", "send", "x", "y", "--priority", "soon"}, "normal, immediate"},
      {{"command", "send", "x", "y", "--ttl", "1 hour"}, "--ttl"},
      {{"command", "send", "x", "y", "--max-wait", "1m"}, "--wait"},
      {{"command", "list", "--state", "done"}, "COMPLETED"},
      {{"command", "list", "--limit", "0"}, "--limit"},
      {{"agent", "rotate-secret", "../x"}, "ID"},
      {{"agent", "rotate-secret", "x", "--overlap", "1 day"}, "--overlap"},
      {{"agent", "set-config", "x"}, "--config JSON"},
      {{"agent", "set-config", "x", "--config", "[1]"}, "--config: must be a JSON object"},
      {{"agent", "set-config", "x", "--config", "{}", "--config-file", "f"}, "--config"},
      {{"agent", "set-config", "x", "--config-file", "/no/such"}, "/no/such"},
      {{"token"}, "needs one more word: create, list, revoke"},
      {{"token", "create", "--max-uses", "-1"}, "--max-uses"},
      {{"token", "create", "--label", "site"}, "KEY=VALUE"},
      {{"event", "watch", "--limit", "0"}, "--limit"},
      {{"refusal", "list", "--reason", "because"}, "SECRET_MISMATCH"},
      {{"refusal", "list", "--since", "yesterday"}, "--since"},
      {{"completion", "tcsh"}, "bash, zsh, fish"},
      {{"--server", "x:1", "version"}, "--server has no meaning"},
      {{"--json", "completion", "bash"}, "no --json"},
      {{"fleet", "status", "--server", "nowhere"}, "HOST:PORT"},
      {{"fleet", "status", "--timeout", "0s"}, "timeout"},
      {{"config", "--max-connections", "0"}, "max-connections"},
      {{"config", "--max-conections", "1"}, "did you mean --max-connections?"},
      {{"config", "--config-file", "/no/such.conf"}, "/no/such.conf"},
      {{"config", "--data-dir", ""}, "data-dir is empty"},
      {{"config", "--grpc-listen", ""}, "grpc-listen is empty"},
      {{"config", "--listen", "", "--tls-listen", ""}, "no agent could connect"},
      {{"config", "--tls-key", "key.pem"}, "tls-certificate and tls-key go together"},
      {{"serve", "--tls-certificate", "cert.pem"}, "edgeplane: tls-certificate and tls-key go"},
  };
  for (const Mistake& mistake : mistakes) {
    const Ran ran = kRun(mistake.args);
    const std::string shown = testing::PrintToString(mistake.args);
    EXPECT_EQ(ran.code, ExitCode::kUsage) << shown << ran.err;
    EXPECT_EQ(ran.out, "") << shown;
    EXPECT_THAT(ran.err, HasSubstr(mistake.says)) << shown;
  }
}

TEST(Usage, WhatWasTypedCannotDriveTheTerminal) {
  EXPECT_THAT(kRun({"\x1b[2J"}).err, HasSubstr("\\x1b[2J"));
  EXPECT_THAT(kRun({"command", "list", "--state", "\x1b[2J"}).err, Not(HasSubstr("\x1b")));
}

// A word that is also the name of a command is just a word where a value is due.
TEST(Usage, ValuesMayBeCalledLikeCommands) {
  const TemporaryDirectory home;
  const ScopedVariable data("XDG_DATA_HOME", home.In("data"));
  const Ran ran = kRun({"--server", "127.0.0.1:1", "command", "send", "agent", "list"});
  EXPECT_EQ(ran.code, ExitCode::kUnreachable) << ran.err;
}

TEST(Calling, OptionsMayStandBeforeAndAfterTheWords) {
  const TemporaryDirectory home;
  const ScopedVariable data("XDG_DATA_HOME", home.In("data"));
  for (const Args& args :
       {Args{"--server", "127.0.0.1:1", "fleet", "status"},
        Args{"fleet", "--server", "127.0.0.1:1", "status"},
        Args{"fleet", "status", "--server", "127.0.0.1:1"},
        Args{"fleet", "status", "--server=127.0.0.1:1", "--timeout", "5s", "--json"}}) {
    const Ran ran = kRun(args);
    EXPECT_EQ(ran.code, ExitCode::kUnreachable) << ran.err;
    EXPECT_EQ(ran.out, "");
    EXPECT_THAT(ran.err, StartsWith("edgeplane: cannot reach edgeplane at 127.0.0.1:1: is "
                                    "`edgeplane serve` running?\n"));
  }
}

// A call that never left has nothing to look for.
TEST(Calling, WithoutAServerNothingIsInDoubt) {
  const TemporaryDirectory home;
  const ScopedVariable data("XDG_DATA_HOME", home.In("data"));
  const std::string secret = home.In("secret");
  for (const Args& args :
       {Args{"command", "send", "a", "b"},
        Args{"agent", "create", "--id", "a", "--phone", "+15551234568", "--secret-out", secret},
        Args{"agent", "rotate-secret", "a", "--secret-out", secret},
        Args{"token", "create", "--token-out", secret}}) {
    Args call = {"--server", "127.0.0.1:1"};
    call.insert(call.end(), args.begin(), args.end());
    const Ran ran = kRun(call);
    EXPECT_EQ(ran.code, ExitCode::kUnreachable);
    EXPECT_THAT(ran.err, HasSubstr("Connection refused\n"));
    EXPECT_THAT(ran.err, Not(HasSubstr("idempotency-key")));
    EXPECT_THAT(ran.err, Not(HasSubstr("is lost")));
    EXPECT_THAT(ran.err, Not(HasSubstr("Rotate again")));
    EXPECT_THAT(ran.err, Not(HasSubstr("revoke")));
  }
  EXPECT_FALSE(std::filesystem::exists(secret));
}

TEST(Calling, ATokenFileThatIsGivenMustBePrivate) {
  const TemporaryDirectory directory;
  const std::string file = directory.Write("token", "ep_x\n", 0644);
  const Ran shared = kRun({"fleet", "status", "--server", "127.0.0.1:1", "--token-file", file});
  EXPECT_EQ(shared.code, ExitCode::kNotPermitted);
  EXPECT_THAT(shared.err, HasSubstr("chmod 600"));
  const Ran missing = kRun({"fleet", "status", "--token-file", directory.In("none")});
  EXPECT_EQ(missing.code, ExitCode::kNotPermitted);
}

TEST(Config, ShowsValuesWithTheirSources) {
  const TemporaryDirectory directory;
  const std::string file =
      directory.Write("edgeplane.conf", "messages-per-minute = 77\nmax-connections = 5\n");
  const ScopedVariable level("EDGEPLANE_LOG_LEVEL", "warning");
  const Ran ran = kRun({"--data-dir", "/elsewhere", "config", "--config-file", file,
                        "--max-connections", "9", "--welcome-message"});
  ASSERT_EQ(ran.code, ExitCode::kOk) << ran.err;
  const auto matches = [&](const char* pattern) {
    return testing::Matches(testing::ContainsRegex(pattern))(ran.out);
  };
  EXPECT_TRUE(matches("\nmax-connections +9 +flag +connections\n")) << ran.out;
  EXPECT_TRUE(matches("\nmessages-per-minute +77 +file"));
  EXPECT_TRUE(matches("\nlog-level +warning +environment"));
  EXPECT_TRUE(matches("\nwelcome-message +true +flag"));
  EXPECT_TRUE(matches("\ndata-dir +/elsewhere +flag"));
  EXPECT_TRUE(matches("\nmax-url-bytes +2KiB +default"));
  EXPECT_THAT(kRun({"config", "--json"}).out, HasSubstr("{\"name\":\"listen\",\"value\":"));
  EXPECT_THAT(kRun({"config", "--welcome-message=false"}).out,
              testing::ContainsRegex("\nwelcome-message +false +flag"));
}

TEST(Output, ThatCannotBeWrittenIsAFailure) {
  std::istringstream in;
  std::ostringstream err;
  std::ostream broken(nullptr);
  const SystemClock clock;
  const Surroundings around{.in = in, .out = broken, .err = err, .clock = clock};
  EXPECT_EQ(cli::Run({"version"}, around), ExitCode::kFailed);
  EXPECT_THAT(err.str(), HasSubstr("standard output"));
}

}  // namespace
}  // namespace edgeplane::cli
