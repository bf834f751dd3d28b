// The text that a store is moved in: whatever is wrong with it is found, and told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "storage/transfer/transfer.h"

namespace edgeplane::storage::transfer {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const Progress kSilent = [](std::string_view, int64_t) {};

// A value of each kind, another one for each number.
Value Sample(const Column& column, int number) {
  if (column.nullable && number % 2 == 1) return {true, 0, {}};
  switch (column.kind) {
    case Kind::kInteger:
      return {false, 9'007'199'254'740'993 + number, {}};  // no double is this number
    case Kind::kFlag:
      return {false, number % 2, {}};
    case Kind::kBytes:
      return {false, 0, std::string("\0\xff\n", 3) + std::to_string(number)};
    case Kind::kLabels:
      return {false, 0, R"({"a":"\"ü\"","b":""})"};
    case Kind::kText:
      break;
  }
  return {false, 0, "a\n\"text\" – " + std::to_string(number)};
}

Row RowOf(const Table& table, int number) {
  if (table.name == Counters().name) return {{false, 0, "epoch"}, {false, number, {}}};
  Row row;
  for (const Column& column : table.columns) row.push_back(Sample(column, number));
  return row;
}

class SampleSource : public Source {
 public:
  Status Read(const Table& table, const std::function<Status(const Row&)>& take) override {
    for (int number = 0; number < 2; ++number) {
      if (Status taken = take(RowOf(table, number)); !taken.ok()) return taken;
    }
    return {};
  }
};

struct Kept {
  std::map<std::string, std::vector<Row>> rows;
  bool opened = false;
  bool committed = false;
};

class KeepingSink final : public Sink {
 public:
  explicit KeepingSink(Kept& kept) : kept_(kept) { kept_.opened = true; }
  Status Put(const Table& table, Row row) override {
    kept_.rows[std::string(table.name)].push_back(std::move(row));
    return {};
  }
  Status Commit() override {
    kept_.committed = true;
    return {};
  }

 private:
  Kept& kept_;
};

Result<Counts> ImportInto(Kept& kept, std::istream& text) {
  const SinkOpener open = [&kept]() -> Result<std::unique_ptr<Sink>> {
    return std::unique_ptr<Sink>(std::make_unique<KeepingSink>(kept));
  };
  return Import(text, open, kSilent);
}

std::string Exported(Source& source) {
  std::string text;
  const auto counts = Export(
      source, Time(),
      [&text](std::string_view line) -> Status {
        text += line;
        return {};
      },
      kSilent);
  EXPECT_TRUE(counts.ok());
  return text;
}

std::string Exported() {
  SampleSource source;
  return Exported(source);
}

// What is said of a text that is not taken.
std::string Complaint(const std::string& text) {
  Kept kept;
  std::istringstream in(text);
  const auto counts = ImportInto(kept, in);
  EXPECT_FALSE(kept.committed);
  EXPECT_FALSE(counts.ok());
  if (counts.ok()) return {};
  EXPECT_EQ(counts.error().code, v1::ErrorReason::INVALID_FIELD);
  return counts.error().message;
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

TEST(TransferFormat, GivesBackEveryValueOfEveryTable) {
  Kept kept;
  std::istringstream in(Exported());
  const auto counts = ImportInto(kept, in);
  ASSERT_TRUE(counts.ok()) << counts.error().message;
  EXPECT_TRUE(kept.committed);
  for (const Table& table : AllTables()) {
    const std::string name(table.name);
    EXPECT_EQ(counts->at(name), 2);
    EXPECT_EQ(kept.rows[name], (std::vector<Row>{RowOf(table, 0), RowOf(table, 1)})) << name;
  }
}

TEST(TransferFormat, SaysNothingOfAnEmptyStore) {
  class EmptySource final : public Source {
   public:
    Status Read(const Table&, const std::function<Status(const Row&)>&) override { return {}; }
  };
  EmptySource source;
  size_t lines = 0;
  const auto counts = Export(
      source, Time(),
      [&lines](std::string_view) -> Status {
        ++lines;
        return {};
      },
      kSilent);
  ASSERT_FALSE(counts.ok());
  EXPECT_THAT(counts.error().message, HasSubstr("is empty"));
  EXPECT_EQ(lines, 0U);
}

TEST(TransferFormat, IsTheSameForTheSameState) { EXPECT_EQ(Exported(), Exported()); }

TEST(TransferFormat, TellsOfAnEmptyText) { EXPECT_THAT(Complaint(""), HasSubstr("is empty")); }

TEST(TransferFormat, TellsOfATextThatIsNone) {
  EXPECT_THAT(Complaint("CREATE TABLE agents\n"), HasSubstr("Line 1: it is no JSON"));
  EXPECT_THAT(Complaint("{\"format\":\"other\",\"version\":1}\n"), HasSubstr("first line"));
}

// Where a store is made for it, a text that is none would leave an empty one behind.
TEST(TransferFormat, OpensNoSinkForATextThatIsNone) {
  Kept kept;
  std::istringstream empty;
  EXPECT_FALSE(ImportInto(kept, empty).ok());
  EXPECT_FALSE(kept.opened);
}

TEST(TransferFormat, TellsOfANewerVersion) {
  EXPECT_THAT(Complaint(Replaced(Exported(), "\"version\":1", "\"version\":2")),
              AllOf(HasSubstr("with the edgeplane that wrote it"), Not(HasSubstr("unchanged"))));
}

TEST(TransferFormat, TellsOfAnEndThatCameTooEarlyWhereverThatIs) {
  const std::string text = Exported();
  for (size_t size = 0; size < text.size(); size += 97) {
    EXPECT_FALSE(Complaint(text.substr(0, size)).empty()) << size;
  }
  EXPECT_THAT(Complaint(text.substr(0, text.size() - 1)), HasSubstr("ends too early"));
}

TEST(TransferFormat, TellsOfAnyLineThatWasChanged) {
  const std::string text = Exported();
  EXPECT_THAT(Complaint(Replaced(text, "9007199254740993", "9007199254740994")),
              HasSubstr("checksum"));
  const size_t row = text.find("{\"table\":\"facts\"");
  const size_t end = text.find('\n', row) + 1;
  EXPECT_THAT(Complaint(std::string(text).erase(row, end - row)), HasSubstr("checksum"));
  EXPECT_THAT(Complaint(std::string(text).insert(row, text.substr(row, end - row))),
              HasSubstr("checksum"));
}

TEST(TransferFormat, TellsOfOtherCountsThanThereAre) {
  EXPECT_THAT(Complaint(Replaced(Exported(), "\"facts\":2", "\"facts\":3")),
              HasSubstr("other rows of facts"));
}

TEST(TransferFormat, TellsOfMissingCounters) {
  class WithoutCounters final : public SampleSource {
   public:
    Status Read(const Table& table, const std::function<Status(const Row&)>& take) override {
      return table.name == Counters().name ? Status() : SampleSource::Read(table, take);
    }
  };
  WithoutCounters source;
  EXPECT_THAT(Complaint(Exported(source)), HasSubstr("counters are missing"));
}

TEST(TransferFormat, TellsOfWhatFollowsTheEnd) {
  EXPECT_THAT(Complaint(Exported() + "\n"), HasSubstr("behind the end"));
}

TEST(TransferFormat, TellsOfATableItDoesNotKnow) {
  EXPECT_THAT(Complaint(Replaced(Exported(), "\"table\":\"facts\"", "\"table\":\"fact\"")),
              HasSubstr("not known here"));
}

TEST(TransferFormat, TellsOfATableOutOfItsTurn) {
  const std::string text = Exported();
  const size_t agent = text.find("{\"table\":\"agents\"");
  const std::string line = text.substr(agent, text.find('\n', agent) + 1 - agent);
  EXPECT_THAT(Complaint(Replaced(text, "{\"table\":\"facts\"", line + "{\"table\":\"facts\"")),
              HasSubstr("has had its turn"));
}

TEST(TransferFormat, TellsOfColumnsThatAreNotAsTheyShouldBe) {
  const std::string text = Exported();
  const auto with = [&text](const std::string& from, const std::string& to) {
    return Complaint(Replaced(text, from, to));
  };
  EXPECT_THAT(with("\"disabled\":false", "\"disabled\":0"),
              HasSubstr("agents.disabled is not true"));
  EXPECT_THAT(with("\"disabled\":false,", ""), HasSubstr("agents.disabled is missing"));
  EXPECT_THAT(with("\"disabled\":false,", "\"disabled\":false,\"later\":1,"),
              HasSubstr("does not know"));
  EXPECT_THAT(with("\"create_time\":9", "\"create_time\":1.5,\"x\":9"),
              HasSubstr("agents.create_time is not a whole number"));
  EXPECT_THAT(with("\"sealed\":\"", "\"sealed\":\"?"), HasSubstr("agent_secrets.sealed is not"));
  EXPECT_THAT(with("\"labels\":{", "\"labels\":{\"n\":1,"), HasSubstr("agents.labels is not"));
  EXPECT_THAT(with("\"user_phone\":\"", "\"user_phone\":\"\\u0000"),
              HasSubstr("agents.user_phone is not a text"));
  EXPECT_THAT(
      with("\"agents\",\"agent_id\":\"a\\n\\\"text\\\" – 0\"", "\"agents\",\"agent_id\":null"),
      HasSubstr("agents.agent_id is not a text"));
}

TEST(TransferFormat, TakesNoLineOfAnyLength) {
  EXPECT_THAT(Complaint(std::string(kLineBytesMax + 1, ' ')), HasSubstr("too long"));
}

// As a file's buffer does where read(2) fails.
TEST(TransferFormat, TellsOfATextThatCannotBeRead) {
  std::ifstream directory("/");
  Kept kept;
  const auto counts = ImportInto(kept, directory);
  ASSERT_FALSE(counts.ok());
  EXPECT_FALSE(kept.committed);
  EXPECT_THAT(counts.error().message, HasSubstr("cannot be read"));
}

TEST(TransferFormat, EndsWithTheFirstFailureOfASink) {
  class FailingSink final : public Sink {
   public:
    Status Put(const Table&, Row) override {
      return MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "The disk is full.");
    }
    Status Commit() override { return {}; }
  };
  std::istringstream in(Exported());
  const SinkOpener open = []() -> Result<std::unique_ptr<Sink>> {
    return std::unique_ptr<Sink>(std::make_unique<FailingSink>());
  };
  const auto counts = Import(in, open, kSilent);
  ASSERT_FALSE(counts.ok());
  EXPECT_EQ(counts.error().message, "The disk is full. Nothing was imported.");
}

}  // namespace
}  // namespace edgeplane::storage::transfer
