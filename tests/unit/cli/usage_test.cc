// Mistakes on the command line, and the words that are to help.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/commands.h"
#include "cli/completion.h"
#include "tests/unit/cli/command_line.h"
#include "tests/unit/cli/temporary_directory.h"

namespace edgeplane::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

using Args = std::vector<std::string>;

const CommandLine kRun;

std::string Refused(const Args& args) {
  const Ran ran = kRun(args);
  EXPECT_EQ(ran.code, ExitCode::kUsage) << testing::PrintToString(args);
  EXPECT_EQ(ran.out, "");
  return ran.err;
}

TEST(HelpCommand, IsTheHelpOfTheWords) {
  CommandTree tree;
  AddAllCommands(tree);
  for (const CompletionPlace& place : CompletionPlaces(tree)) {
    Args asked = {"help"};
    Args path;
    std::istringstream words(place.path);
    for (std::string word; words >> word;) {
      asked.push_back(word);
      path.push_back(word);
    }
    path.emplace_back("--help");
    const Ran ran = kRun(asked);
    EXPECT_EQ(ran.code, ExitCode::kOk) << place.path << ran.err;
    EXPECT_EQ(ran.out, kRun(path).out) << place.path;
  }
  EXPECT_THAT(Refused({"help", "agent", "crate"}), HasSubstr("did you mean create?"));
  EXPECT_THAT(Refused({"help", "agnet"}), HasSubstr("did you mean agent?"));
}

TEST(Settings, ThatAreOnCanBeSwitchedOff) {
  for (const char* off : {"--no-reflection", "--reflection=false"}) {
    EXPECT_THAT(kRun({"config", off}).out, ContainsRegex("\nreflection +false +flag"));
  }
  EXPECT_THAT(kRun({"config", "--reflection"}).out, ContainsRegex("\nreflection +true +flag"));
  EXPECT_THAT(kRun({"serve", "--help"}).out, HasSubstr("--reflection, --no-reflection"));
}

TEST(Settings, MistakesInValuesAreReportedTogether) {
  const std::string said = Refused({"config", "--log-level", "loud", "--max-connections", "0"});
  EXPECT_THAT(said, HasSubstr("\n  log-level (from --log-level): \"loud\""));
  EXPECT_THAT(said, HasSubstr("\n  max-connections (from --max-connections): \"0\""));
  EXPECT_THAT(kRun({"config", "--log-level", "WARNING"}).out,
              ContainsRegex("\nlog-level +warning +flag"));
}

TEST(Words, AreSuggestedWhereOneIsNear) {
  EXPECT_EQ(Refused({"refusal", "list", "--reason", "secret-missmatch"}),
            "edgeplane: --reason: \"secret-missmatch\" is not known; did you mean "
            "SECRET_MISMATCH?\nSee `edgeplane refusal list --help`.\n");
  EXPECT_THAT(Refused({"command", "list", "--state", "quued"}), HasSubstr("mean QUEUED?"));
}

TEST(Words, JsonThatStandsAloneBelongsToAnOption) {
  EXPECT_THAT(Refused({"command", "send", "a", "reload", "{\"x\":1}"}),
              HasSubstr("did you mean --payload?"));
  EXPECT_THAT(Refused({"agent", "set-config", "a", "@file"}), HasSubstr("did you mean --config?"));
  EXPECT_THAT(Refused({"agent", "show", "a", "{}"}), Not(HasSubstr("did you mean")));
}

TEST(Words, AreTakenForTheOptionThatIsMissing) {
  EXPECT_THAT(Refused({"store", "export", "out.jsonl"}),
              HasSubstr("did you mean --output out.jsonl?"));
  EXPECT_THAT(Refused({"agent", "create", "edge_1"}), HasSubstr("did you mean --id edge_1?"));
  EXPECT_THAT(Refused({"agent", "create", "--id", "edge_1", "+15551230001"}),
              HasSubstr("did you mean --phone +15551230001?"));
  EXPECT_THAT(Refused({"agent", "list", "edge_1"}), Not(HasSubstr("did you mean")));
}

TEST(Spans, HaveTheServersBoundsHere) {
  const Args send = {"command", "send", "a", "b", "--ttl"};
  const auto with = [](Args args, const char* value) {
    args.emplace_back(value);
    return Refused(args);
  };
  EXPECT_THAT(with(send, "999ms"), HasSubstr("--ttl: must be at least 1s"));
  EXPECT_THAT(with(send, "31d"), HasSubstr("--ttl: must be at most 30d"));
  EXPECT_THAT(with({"token", "create", "--ttl"}, "3651d"), HasSubstr("must be at most 3650d"));
}

TEST(DataDirectory, ThatIsNamedMustHaveAServer) {
  const TemporaryDirectory home;
  const Ran ran = kRun({"--data-dir", home.In("none"), "fleet", "status"});
  EXPECT_EQ(ran.code, ExitCode::kUnreachable);
  EXPECT_THAT(ran.err, HasSubstr("no server runs on " + home.In("none") +
                                 " (no endpoints.json).\nStart one with `edgeplane serve"));
  home.Write("endpoints.json", "not JSON");
  const Ran broken = kRun({"--data-dir", home.In("."), "fleet", "status"});
  EXPECT_EQ(broken.code, ExitCode::kUnreachable);
  EXPECT_THAT(broken.err, HasSubstr("cannot tell from " + home.In(".") + "/endpoints.json"));
}

}  // namespace
}  // namespace edgeplane::cli
