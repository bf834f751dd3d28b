#include <algorithm>

#include "tests/contract/store_contract.h"

namespace edgeplane::storage {
namespace {

using testing::ElementsAre;

class PagingContract : public StoreContract {
 protected:
  template <class T, class Field>
  std::vector<std::string> Ids(const Result<Page<T>>& page, Field field) {
    std::vector<std::string> ids;
    EXPECT_TRUE(page.ok());
    if (!page.ok()) return ids;
    for (const T& item : page->items) ids.push_back(item.*field);
    return ids;
  }
  void RecordRefusal(int number, Time time) {
    Refusal refusal;
    refusal.refusal_id = Id(number);
    refusal.agent_id = "a";
    refusal.create_time = time;
    refusal.last_time = time;
    ASSERT_TRUE(store().RecordRefusals({refusal}).ok());
  }
};

TEST_P(PagingContract, AgentsComeInIdOrderWhateverIsMadeInBetween) {
  for (const char* id : {"b", "d", "f", "h"}) MakeAgent(id);
  Result<Page<Agent>> page = store().ListAgents({}, {2, std::nullopt});
  EXPECT_THAT(Ids(page, &Agent::agent_id), ElementsAre("b", "d"));
  ASSERT_TRUE(page->next.has_value());
  MakeAgent("a");
  MakeAgent("e");
  ASSERT_TRUE(store().DeleteAgent("d", kStart).ok());  // the cursor's own
  page = store().ListAgents({}, {2, page->next});
  EXPECT_THAT(Ids(page, &Agent::agent_id), ElementsAre("e", "f"));
  ASSERT_TRUE(page->next.has_value());
  page = store().ListAgents({}, {2, page->next});
  EXPECT_THAT(Ids(page, &Agent::agent_id), ElementsAre("h"));
  EXPECT_FALSE(page->next.has_value());
}

// As a locale would not: many ignore hyphens, and put small letters first.
TEST_P(PagingContract, AgentsAreSortedByTheirBytes) {
  for (const char* id : {"a1", "B", "a_", "a", "b", "a-2", "A", "a.b", "10", "9"}) MakeAgent(id);
  Result<Page<Agent>> page = store().ListAgents({}, {5, std::nullopt});
  EXPECT_THAT(Ids(page, &Agent::agent_id), ElementsAre("10", "9", "A", "B", "a"));
  page = store().ListAgents({}, {5, page->next});
  EXPECT_THAT(Ids(page, &Agent::agent_id), ElementsAre("a-2", "a.b", "a1", "a_", "b"));
}

TEST_P(PagingContract, CommandsNeitherRepeatNorGetLostWhileNewOnesCome) {
  MakeAgent("a");
  MakeAgent("b");
  for (int i = 1; i <= 5; ++i) Enqueue(CommandFor(i == 3 ? "b" : "a", i));
  Result<Page<Command>> page = store().ListCommands({}, {2, std::nullopt});
  EXPECT_THAT(Ids(page, &Command::command_id), ElementsAre(Id(5), Id(4)));
  EXPECT_TRUE(page->items[0].history.empty()) << "left out in lists";
  EXPECT_EQ(page->items[0].payload_json, R"({"text":"hello"})");
  Enqueue(CommandFor("a", 6));
  ASSERT_TRUE(page->next.has_value());
  page = store().ListCommands({}, {2, page->next});
  EXPECT_THAT(Ids(page, &Command::command_id), ElementsAre(Id(3), Id(2)));
  ASSERT_TRUE(page->next.has_value());
  page = store().ListCommands({}, {2, page->next});
  EXPECT_THAT(Ids(page, &Command::command_id), ElementsAre(Id(1)));
  EXPECT_FALSE(page->next.has_value());

  // The same with an agent's own list.
  page = store().ListCommands({"a", {}}, {3, std::nullopt});
  EXPECT_THAT(Ids(page, &Command::command_id), ElementsAre(Id(6), Id(5), Id(4)));
  Enqueue(CommandFor("a", 7));
  page = store().ListCommands({"a", {}}, {3, page->next});
  EXPECT_THAT(Ids(page, &Command::command_id), ElementsAre(Id(2), Id(1)));
  EXPECT_FALSE(page->next.has_value());
}

TEST_P(PagingContract, CommandsAreFilteredByState) {
  MakeAgent("a");
  MakeAgent("b");
  for (int i = 1; i <= 6; ++i) Enqueue(CommandFor(i % 2 == 0 ? "a" : "b", i));
  for (const int i : {1, 2, 6}) ASSERT_TRUE(store().CancelCommand(Id(i), "", After(1)).ok());
  ClaimAll(Open("b", 1));
  const auto list = [&](const CommandFilter& filter) {
    return Ids(store().ListCommands(filter, {}), &Command::command_id);
  };
  using enum CommandState;
  EXPECT_THAT(list({"", {kCancelled}}), ElementsAre(Id(6), Id(2), Id(1)));
  EXPECT_THAT(list({"a", {kCancelled}}), ElementsAre(Id(6), Id(2)));
  EXPECT_THAT(list({"", {kQueued, kDelivered}}), ElementsAre(Id(5), Id(4), Id(3)));
  EXPECT_THAT(list({"b", {kQueued}}), ElementsAre());
  EXPECT_THAT(list({"nobody", {}}), ElementsAre());
  const Result<Page<Command>> first = store().ListCommands({"", {kCancelled}}, {2, std::nullopt});
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(first->next.has_value());
  EXPECT_THAT(Ids(store().ListCommands({"", {kCancelled}}, {2, first->next}), &Command::command_id),
              ElementsAre(Id(1)));
}

TEST_P(PagingContract, RefusalsOfOneMomentAreTakenApartById) {
  for (const int number : {2, 4, 1, 3}) RecordRefusal(number, After(1));
  RecordRefusal(9, After(0));
  Result<Page<Refusal>> page = store().ListRefusals({}, {2, std::nullopt});
  EXPECT_THAT(Ids(page, &Refusal::refusal_id), ElementsAre(Id(4), Id(3)));
  RecordRefusal(10, After(5));
  ASSERT_TRUE(page->next.has_value());
  page = store().ListRefusals({"a", {}, {}}, {2, page->next});
  EXPECT_THAT(Ids(page, &Refusal::refusal_id), ElementsAre(Id(2), Id(1)));
  ASSERT_TRUE(page->next.has_value());
  page = store().ListRefusals({}, {2, page->next});
  EXPECT_THAT(Ids(page, &Refusal::refusal_id), ElementsAre(Id(9)));
  EXPECT_FALSE(page->next.has_value());
}

TEST_P(PagingContract, AFullLastPageHasNoNext) {
  MakeAgent("a");
  MakeAgent("b");
  const Result<Page<Agent>> page = store().ListAgents({}, {2, std::nullopt});
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->items.size(), 2u);
  EXPECT_FALSE(page->next.has_value());
}

TEST_P(PagingContract, WhatIsNoCursorOfTheListIsRefused) {
  MakeAgent("a");
  MakeAgent("b");
  Enqueue(CommandFor("a", 1));
  Enqueue(CommandFor("a", 2));
  const Result<Page<Agent>> agents = store().ListAgents({}, {1, std::nullopt});
  const Result<Page<Command>> commands = store().ListCommands({}, {1, std::nullopt});
  ASSERT_TRUE(agents.ok() && agents->next && commands.ok() && commands->next);
  std::vector<std::string> wrong = {"",
                                    "x",
                                    "####",
                                    "Y29tbWFuZHM6",
                                    "Y29tbWFuZHM6MXg=",
                                    "cmVmdXNhbHM6MQ==",
                                    std::string(5000, 'A')};
  for (const std::string& cursor : wrong) {
    const PageRequest page{1, cursor};
    EXPECT_EQ(CodeOf(store().ListAgents({}, page)), Code::PAGE_TOKEN_INVALID) << cursor;
    EXPECT_EQ(CodeOf(store().ListCommands({}, page)), Code::PAGE_TOKEN_INVALID) << cursor;
    EXPECT_EQ(CodeOf(store().ListRefusals({}, page)), Code::PAGE_TOKEN_INVALID) << cursor;
  }
  EXPECT_EQ(CodeOf(store().ListCommands({}, {1, agents->next})), Code::PAGE_TOKEN_INVALID);
  EXPECT_EQ(CodeOf(store().ListAgents({}, {1, commands->next})), Code::PAGE_TOKEN_INVALID);
}

EDGEPLANE_FOR_ALL_STORES(PagingContract);

}  // namespace
}  // namespace edgeplane::storage
