#include "cli/agent_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/timestamp.h"
#include "cli/format.h"

namespace edgeplane::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

class AgentViewTest : public testing::Test {
 protected:
  AgentViewTest() { agent_.set_agent_id("edge_1"); }

  void Synced(Duration ago) { SetTime(clock_.Now() - ago, *agent_.mutable_last_sync_time()); }
  void Connected(Duration ago) {
    SetTime(clock_.Now() - ago, *agent_.mutable_session()->mutable_open_time());
  }

  // "STATE SINCE" of the only row.
  std::string Listed() {
    google::protobuf::RepeatedPtrField<v1::Agent> agents;
    *agents.Add() = agent_;
    out_.str("");
    WriteAgents(around_, agents);
    std::istringstream lines(out_.str());
    std::string line;
    std::getline(lines, line);
    std::getline(lines, line);
    EXPECT_TRUE(line.starts_with("edge_1  ")) << line;
    const size_t begin = sizeof("edge_1  ") - 1;
    line = line.substr(begin, line.find("  -") - begin);
    return line.substr(0, line.find_last_not_of(' ') + 1);
  }

  std::string Shown() {
    out_.str("");
    WriteAgent(around_, agent_);
    return out_.str();
  }

  ManualClock clock_{FromMicros(1'800'000'000'000'000)};
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  const Surroundings around_{.in = in_, .out = out_, .err = err_, .clock = clock_};
  v1::Agent agent_;
};

TEST_F(AgentViewTest, AnAgentThatCameWithinFiveMinutesPolls) {
  EXPECT_EQ(Listed(), "away");
  EXPECT_THAT(Shown(), ContainsRegex("state: +away\n"));
  Synced(std::chrono::seconds(12));
  EXPECT_EQ(Listed(), "polling  12s ago");
  EXPECT_THAT(Shown(), ContainsRegex("state: +polling\n"));
  EXPECT_THAT(Shown(), HasSubstr("last sync:"));
  Synced(std::chrono::minutes(5));
  EXPECT_EQ(Listed(), "polling  5m ago");
  Synced(std::chrono::minutes(5) + std::chrono::milliseconds(1));
  EXPECT_EQ(Listed(), "away   5m ago");
}

TEST_F(AgentViewTest, ASessionOrAnOperatorSaysMoreThanASync) {
  Synced(std::chrono::seconds(12));
  Connected(std::chrono::hours(3));
  EXPECT_EQ(Listed(), "connected  3h ago");
  agent_.set_disabled(true);
  SetTime(clock_.Now() - std::chrono::hours(24 * 4), *agent_.mutable_disable_time());
  EXPECT_EQ(Listed(), "disabled  4d ago");
}

}  // namespace
}  // namespace edgeplane::cli
