#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>

#include <array>

#include "cli/commands.h"
#include "tests/unit/cli/command_line.h"
#include "tests/unit/cli/temporary_directory.h"

namespace edgeplane::cli {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string RunShell(const std::string& command) {
  std::string output;
  FILE* pipe = popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::array<char, 4096> buffer{};
  while (const size_t size = fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), size);
  }
  EXPECT_EQ(pclose(pipe), 0) << command;
  return output;
}

// What bash itself offers after these words; the last one is being typed.
class BashTest : public testing::Test {
 protected:
  std::vector<std::string> Complete(const std::vector<std::string>& words) {
    std::string command = "bash -c '. \"" + script_ + "\"; COMP_WORDS=(edgeplane";
    for (const std::string& word : words) command += " \"" + word + "\"";
    command += "); COMP_CWORD=" + std::to_string(words.size()) +
               "; _edgeplane; printf \"%s\\n\" \"${COMPREPLY[@]}\"'";
    std::istringstream lines(RunShell(command));
    std::vector<std::string> offered;
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty()) offered.push_back(line);
    }
    return offered;
  }

  TemporaryDirectory directory_;
  std::string script_ =
      directory_.Write("completion.bash", CommandLine()({"completion", "bash"}).out);
};

TEST_F(BashTest, OffersWordsOptionsAndValues) {
  EXPECT_THAT(Complete({"ag"}), ElementsAre("agent"));
  EXPECT_THAT(Complete({"agent", "cr"}), ElementsAre("create"));
  EXPECT_THAT(Complete({"agent", "list", "--conn"}), ElementsAre("--connected"));
  EXPECT_THAT(Complete({"command", "send", "x", "y", "--priority", ""}),
              ElementsAre("normal", "immediate"));
  EXPECT_THAT(Complete({"command", "list", "--state", "COM"}), ElementsAre("COMPLETED"));
  EXPECT_THAT(Complete({"command", "list", "--state", "in_"}), ElementsAre("IN_DOUBT"));
  EXPECT_THAT(Complete({"command", "send", "x", "y", "--priority", "IM"}),
              ElementsAre("immediate"));
  EXPECT_THAT(Complete({"completion", ""}), ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(Complete({"serve", "--log-level", "w"}), ElementsAre("warning"));
  EXPECT_THAT(Complete({"serve", "--max-conn"}), Contains("--max-connections"));
}

TEST_F(BashTest, StepsOverValuesOfOptions) {
  EXPECT_THAT(Complete({"--server", "agent", "command", "se"}), ElementsAre("send"));
  EXPECT_THAT(Complete({"agent", "create", "--name", "li"}), IsEmpty());
  EXPECT_THAT(Complete({"--json", "fleet", ""}), ElementsAre("status"));
}

TEST_F(BashTest, OffersFilesWhereFilesAreDue) {
  directory_.Write("my.secret", "x");
  EXPECT_THAT(Complete({"agent", "import", "--secret-file", directory_.In("my")}),
              ElementsAre(directory_.In("my.secret")));
}

TEST(Completion, EveryShellKnowsEveryCommandAndOption) {
  CommandTree tree;
  AddAllCommands(tree);
  const std::vector<CompletionPlace> places = CompletionPlaces(tree);
  const std::string zsh = ZshCompletion(places);
  const std::string fish = FishCompletion(places);
  const std::string bash = BashCompletion(places);
  for (const CompletionPlace& place : places) {
    for (const std::string& script : {zsh, fish, bash}) {
      EXPECT_THAT(script, HasSubstr("'" + place.path + "'"));
    }
    for (const CompletionOption& option : place.options) {
      for (const std::string& name : option.names) {
        EXPECT_THAT(bash, HasSubstr(name));
        EXPECT_THAT(zsh, HasSubstr("'" + name + ":"));
        if (name.starts_with("--")) {
          EXPECT_THAT(fish, HasSubstr(" -l " + name.substr(2) + " "));
        }
      }
    }
  }
}

TEST(ShellQuoted, CannotBeBrokenOutOf) {
  EXPECT_EQ(ShellQuoted("an agent's id"), "'an agents id'");
  EXPECT_EQ(ShellQuoted("a\\'; rm -rf $HOME\n`x`"), "'a; rm -rf $HOME`x`'");
}

}  // namespace
}  // namespace edgeplane::cli
