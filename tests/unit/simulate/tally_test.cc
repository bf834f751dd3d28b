// Counting, and what of it is a loss.
#include "cli/simulate/tally.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/simulate/report.h"
#include "cli/simulate/results.h"
#include "cli/simulate/seen_commands.h"

namespace edgeplane::simulate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(CountUp, KeepsOnlySoManyKeys) {
  Counts counts;
  for (int i = 0; i < 1000; ++i) CountUp(counts, std::to_string(i));
  CountUp(counts, "0");
  EXPECT_EQ(counts.size(), 201U);
  EXPECT_EQ(counts["0"], 2);
  EXPECT_EQ(counts["others"], 800);
  EXPECT_EQ(Total(counts), 1001);
}

TEST(SeenCommands, KnowsWhatCameBefore) {
  SeenCommands seen;
  EXPECT_TRUE(seen.Add("a"));
  EXPECT_TRUE(seen.Add("b"));
  EXPECT_FALSE(seen.Add("a"));
  for (int i = 0; i < 600'000; ++i) seen.Add(std::to_string(i));
  EXPECT_FALSE(seen.Add("b"));
}

// A run in which all went well.
Results Good() {
  Results results;
  results.agents.started = 5;
  results.agents.connected = 3;
  results.agents.polling = 2;
  results.agents.events_made = results.agents.events_acked = 4;
  results.orders.sent = 3;
  results.orders.ended = {{"COMPLETED", 2}, {"FAILED", 1}};
  return results;
}

TEST(Losses, NoneWhereAllWentWell) {
  EXPECT_THAT(Losses(Good()), IsEmpty());
  EXPECT_TRUE(Settled(Good().agents, Good().orders));
}

TEST(Losses, RefusalsClosesErrorsAndRepetitionsAreNone) {
  Results results = Good();
  results.agents.refusals["503"] = 7;
  results.agents.closes["1012"] = 5;
  results.agents.errors["connect: Connection refused"] = 5;
  results.orders.errors["send: UNAVAILABLE"] = 1;
  results.agents.commands_twice = 1;
  EXPECT_THAT(Losses(results), IsEmpty());
}

TEST(Losses, WhatIsStillUnderWay) {
  Results results = Good();
  results.orders.unfinished = 1;
  EXPECT_FALSE(Settled(results.agents, results.orders));
  EXPECT_THAT(Losses(results), ElementsAre("commands that had not ended when the time was up: 1"));
  results = Good();
  results.orders.in_doubt_sends = 2;
  EXPECT_FALSE(Settled(results.agents, results.orders));
  EXPECT_THAT(Losses(results), ElementsAre(HasSubstr("may or may not have been accepted: 2")));
  results = Good();
  results.agents.acks_waiting = 3;
  EXPECT_FALSE(Settled(results.agents, results.orders));
  EXPECT_THAT(Losses(results), ElementsAre("acknowledgements not sent: 3"));
  results = Good();
  results.agents.events_acked = 0;
  EXPECT_FALSE(Settled(results.agents, results.orders));
  EXPECT_THAT(Losses(results), ElementsAre("events not acknowledged: 4"));
  results = Good();
  results.agents.connected = 0;
  EXPECT_FALSE(Settled(results.agents, results.orders));
  EXPECT_THAT(Losses(results), ElementsAre("agents neither connected nor polling at the end: 3"));
}

TEST(Losses, HowCommandsEnded) {
  Results results = Good();
  results.orders.ended = {{"EXPIRED", 1}, {"CANCELLED", 2}, {"IN_DOUBT", 3}};
  EXPECT_THAT(Losses(results),
              ElementsAre("commands EXPIRED: 1", "commands CANCELLED: 2", "commands IN_DOUBT: 3"));
}

TEST(Losses, AtMostOnceMayLeaveDoubtAndNothingTwice) {
  Results results = Good();
  results.plan.max_deliveries = 1;
  results.orders.ended["IN_DOUBT"] = 1;
  EXPECT_THAT(Losses(results), IsEmpty());
  results.agents.commands_twice = 1;
  EXPECT_THAT(Losses(results), ElementsAre(HasSubstr("that arrived twice")));
}

TEST(Losses, AJournalThatIsNotWhole) {
  Results results = Good();
  results.journal_failed = true;
  EXPECT_THAT(Losses(results), ElementsAre(HasSubstr("journal")));
}

TEST(Report, SaysHowManyWereLost) {
  Results results = Good();
  std::ostringstream good;
  WriteSummary(good, false, results);
  EXPECT_THAT(good.str(), testing::ContainsRegex("lost: +nothing\n"));
  results.agents.events_acked = 1;
  std::ostringstream bad;
  WriteSummary(bad, false, results);
  EXPECT_THAT(bad.str(), testing::ContainsRegex("lost: +events not acknowledged: 3\n"));
}

TEST(Report, JsonIsOneLineWithEveryMember) {
  Results results = Good();
  results.gateway = "wss://localhost:1";
  results.agents.closes["1012"] = 5;
  std::ostringstream out;
  WriteSummaryJson(out, results);
  const std::string text = out.str();
  EXPECT_EQ(text.find('\n'), text.size() - 1);
  for (const char* part :
       {R"("gateway":"wss://localhost:1")", R"("closes":{"1012":5})", R"("completed":2)",
        R"("failed":1)", R"("outstanding":0)", R"("p99":)", R"("away":0)", R"("lost":[])"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(Report, ProgressIsOneLine) {
  const Results results = Good();
  const std::string line = ProgressLine(std::chrono::seconds(7), results.agents, results.orders);
  EXPECT_THAT(line, testing::StartsWith("7s  connected 3  polling 2  opens 0"));
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace edgeplane::simulate
