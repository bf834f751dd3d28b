#include "cli/table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace edgeplane::cli {
namespace {

template <class Written>
std::string Text(const Written& written, bool colour = false) {
  std::ostringstream out;
  written.Write(out, colour);
  return out.str();
}

TEST(Table, AlignsColumnsWithoutTrailingSpaces) {
  Table table({"AGENT", "COUNT", "NAME"});
  table.AlignRight(1);
  table.Add({"edge_1", "7", "Front desk"});
  table.Add({"x", "1200", ""});
  table.Add({"日本", "3"});
  EXPECT_EQ(Text(table),
            "AGENT   COUNT  NAME\n"
            "edge_1      7  Front desk\n"
            "x        1200  -\n"
            "日本        3  -\n");
}

TEST(Table, KeepsARowOnOneLine) {
  Table table({"NAME", "STATE"});
  table.Add({"a\nb\x1b[31m", "up"});
  EXPECT_EQ(Text(table),
            "NAME          STATE\n"
            "a\\nb\\x1b[31m  up\n");
}

TEST(Table, ColourDoesNotCountAsWidth) {
  Table table({"STATE", "ID"});
  table.Add({{"up", Style::kGood}, "1"});
  EXPECT_EQ(Text(table, /*colour=*/true),
            "\x1b[1mSTATE\x1b[0m  \x1b[1mID\x1b[0m\n"
            "\x1b[32mup\x1b[0m     1\n");
  EXPECT_EQ(Text(table), "STATE  ID\nup     1\n");
}

TEST(Table, FitsANarrowTerminal) {
  Table table({"AGENT", "TYPE", "DELIVERIES", "ERROR"});
  table.AlignRight(2);
  table.Add({"a-long-agent-id", "restart_service", "12", "it did not work at all"});
  const auto text = [&](size_t columns) {
    std::ostringstream out;
    table.Write(out, false, columns);
    return out.str();
  };
  EXPECT_EQ(text(0), text(1000));
  EXPECT_EQ(text(50),
            "AGENT            TYPE       DELIVERIES  ERROR\n"
            "a-long-agent-id  restart_…          12  it did no…\n");
  // What must stay whole does, even where it does not fit.
  EXPECT_EQ(text(10),
            "AGENT            TYPE   DELI…  ERROR\n"
            "a-long-agent-id  rest…     12  it d…\n");
}

TEST(Block, AlignsValuesAndLeavesOutEmptyOnes) {
  Block block;
  EXPECT_TRUE(block.empty());
  block.Add("agent", "edge_1");
  block.Add("name", "");
  block.Add("may connect from", std::vector<std::string>{"192.0.2.0/24", "2001:db8::/32"});
  EXPECT_EQ(Text(block),
            "agent:            edge_1\n"
            "may connect from: 192.0.2.0/24\n"
            "                  2001:db8::/32\n");
}

}  // namespace
}  // namespace edgeplane::cli
