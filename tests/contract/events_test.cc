#include "tests/contract/store_contract.h"

namespace edgeplane::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class EventContract : public StoreContract {
 protected:
  static Event EventOf(const std::string& agent_id, const std::string& event_id,
                       const std::string& type = "sms") {
    Event event;
    event.agent_id = agent_id;
    event.event_id = event_id;
    event.event_type = type;
    event.thread_id = "thread";
    event.details_json = R"({"k":"v"})";
    event.receive_time = After(1);
    return event;
  }
  size_t Record(const std::vector<Event>& events) {
    const Result<size_t> stored = store().RecordEvents(events);
    EXPECT_TRUE(stored.ok());
    return stored.ok() ? *stored : 0;
  }
  std::vector<Event> Read(const EventFilter& filter, int64_t after, size_t count_max = 100,
                          size_t bytes_max = 100'000) {
    Result<std::vector<Event>> events = store().ReadEvents(filter, after, count_max, bytes_max);
    EXPECT_TRUE(events.ok());
    return events.ok() ? *events : std::vector<Event>{};
  }
  std::vector<std::string> Listed(const EventFilter& filter) {
    const Result<Page<Event>> page = store().ListEvents(filter, {});
    EXPECT_TRUE(page.ok());
    return page.ok() ? IdsIn(page->items) : std::vector<std::string>{};
  }
  int64_t Last() {
    const Result<int64_t> last = store().LastEventSequence();
    EXPECT_TRUE(last.ok());
    return last.ok() ? *last : -1;
  }
  static std::vector<std::string> IdsIn(const std::vector<Event>& events) {
    std::vector<std::string> ids;
    for (const Event& event : events) ids.push_back(event.agent_id + "/" + event.event_id);
    return ids;
  }
};

TEST_P(EventContract, KeepsEveryField) {
  MakeAgent("a");
  EXPECT_EQ(Last(), 0);
  EXPECT_EQ(Record({EventOf("a", "e1")}), 1u);
  const std::vector<Event> events = Read({}, 0);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_GT(events[0].sequence, 0);
  EXPECT_EQ(events[0].sequence, Last());
  EXPECT_EQ(events[0].agent_id, "a");
  EXPECT_EQ(events[0].event_id, "e1");
  EXPECT_EQ(events[0].event_type, "sms");
  EXPECT_EQ(events[0].thread_id, "thread");
  EXPECT_EQ(events[0].details_json, R"({"k":"v"})");
  EXPECT_EQ(events[0].receive_time, After(1));
  EXPECT_EQ(events[0].channel, Channel::kWebSocket);
}

TEST_P(EventContract, StoresTheSameEventOnce) {
  MakeAgent("a");
  MakeAgent("b");
  EXPECT_EQ(Record({EventOf("a", "e1"), EventOf("a", "e1"), EventOf("b", "e1")}), 2u);
  Event again = EventOf("a", "e1");
  again.details_json = "{}";
  const int64_t last = Last();
  EXPECT_EQ(Record({again}), 0u);
  EXPECT_EQ(Last(), last) << "a repeat uses no number up";
  EXPECT_EQ(Read({}, 0)[0].details_json, R"({"k":"v"})");
  EXPECT_THAT(IdsIn(Read({}, 0)), ElementsAre("a/e1", "b/e1"));
  EXPECT_EQ(Record({}), 0u);
}

TEST_P(EventContract, EventsOutliveTheirAgent) {
  MakeAgent("a");
  Record({EventOf("a", "e1")});
  ASSERT_TRUE(store().DeleteAgent("a", After(2)).ok());
  EXPECT_EQ(Record({EventOf("a", "e1"), EventOf("a", "e2")}), 1u);
  EXPECT_THAT(Listed({"a", ""}), ElementsAre("a/e2", "a/e1"));
}

TEST_P(EventContract, ListsNewestFirstWithEveryFilter) {
  Record({EventOf("a", "1", "x"), EventOf("b", "2", "x"), EventOf("a", "3", "y"),
          EventOf("a", "4", "x")});
  EXPECT_THAT(Listed({}), ElementsAre("a/4", "a/3", "b/2", "a/1"));
  EXPECT_THAT(Listed({"a", ""}), ElementsAre("a/4", "a/3", "a/1"));
  EXPECT_THAT(Listed({"", "x"}), ElementsAre("a/4", "b/2", "a/1"));
  EXPECT_THAT(Listed({"a", "x"}), ElementsAre("a/4", "a/1"));
  EXPECT_THAT(Listed({"c", ""}), IsEmpty());
}

TEST_P(EventContract, PagesNeitherRepeatNorLose) {
  for (int i = 1; i <= 5; ++i) Record({EventOf("a", std::to_string(i))});
  for (const EventFilter& filter : {EventFilter{}, {"a", ""}, {"", "sms"}, {"a", "sms"}}) {
    Result<Page<Event>> page = store().ListEvents(filter, {2, std::nullopt});
    ASSERT_TRUE(page.ok());
    EXPECT_THAT(IdsIn(page->items), ElementsAre("a/5", "a/4"));
    ASSERT_TRUE(page->next.has_value());
    Record({EventOf("b", "n" + filter.agent_id + filter.event_type)});
    page = store().ListEvents(filter, {2, page->next});
    ASSERT_TRUE(page.ok());
    EXPECT_THAT(IdsIn(page->items), ElementsAre("a/3", "a/2"));
    page = store().ListEvents(filter, {2, page->next});
    ASSERT_TRUE(page.ok());
    EXPECT_THAT(IdsIn(page->items), ElementsAre("a/1"));
    EXPECT_FALSE(page->next.has_value());
    ASSERT_TRUE(store().PruneEvents(After(100), 100).ok());
    for (int i = 1; i <= 5; ++i) Record({EventOf("a", std::to_string(i))});
  }
  EXPECT_EQ(CodeOf(store().ListEvents({}, {2, "commands:1"})), Code::PAGE_TOKEN_INVALID);
}

TEST_P(EventContract, ReadsOnFromASequenceWithinItsLimits) {
  Record({EventOf("a", "1", "x"), EventOf("b", "2", "x"), EventOf("a", "3", "y"),
          EventOf("a", "4", "x")});
  const std::vector<Event> all = Read({}, 0);
  EXPECT_THAT(IdsIn(all), ElementsAre("a/1", "b/2", "a/3", "a/4"));
  for (size_t i = 1; i < all.size(); ++i) EXPECT_GT(all[i].sequence, all[i - 1].sequence);
  EXPECT_THAT(IdsIn(Read({}, all[1].sequence)), ElementsAre("a/3", "a/4"));
  EXPECT_THAT(IdsIn(Read({}, all[1].sequence, 1)), ElementsAre("a/3"));
  EXPECT_THAT(Read({}, all[3].sequence), IsEmpty());
  EXPECT_THAT(IdsIn(Read({"a", ""}, all[0].sequence)), ElementsAre("a/3", "a/4"));
  EXPECT_THAT(IdsIn(Read({"", "x"}, all[0].sequence)), ElementsAre("b/2", "a/4"));
  EXPECT_THAT(IdsIn(Read({"a", "x"}, all[0].sequence)), ElementsAre("a/4"));
  const size_t bytes = all[0].details_json.size();
  EXPECT_THAT(IdsIn(Read({}, 0, 100, 2 * bytes)), ElementsAre("a/1", "b/2"));
  EXPECT_THAT(IdsIn(Read({}, 0, 100, 1)), ElementsAre("a/1")) << "one at least";
}

TEST_P(EventContract, PrunesTheOldestAndNoNumberComesAgain) {
  for (int i = 1; i <= 4; ++i) {
    Event event = EventOf("a", std::to_string(i));
    event.receive_time = After(10 - i);
    Record({event});
  }
  const int64_t last = Last();
  Result<size_t> pruned = store().PruneEvents(After(6), 10);
  ASSERT_TRUE(pruned.ok());
  EXPECT_EQ(*pruned, 0u) << "the oldest was received at 6, which is not before";
  pruned = store().PruneEvents(After(9), 2);
  ASSERT_TRUE(pruned.ok());
  EXPECT_EQ(*pruned, 2u);
  EXPECT_THAT(Listed({}), ElementsAre("a/2", "a/1"));
  pruned = store().PruneEvents(After(100), 10);
  ASSERT_TRUE(pruned.ok());
  EXPECT_EQ(*pruned, 2u);
  EXPECT_THAT(Listed({}), IsEmpty());
  EXPECT_EQ(Last(), last);
  EXPECT_EQ(Record({EventOf("a", "4")}), 1u) << "what is gone is not known any more";
  EXPECT_GT(Read({}, 0)[0].sequence, last);
}

EDGEPLANE_FOR_ALL_STORES(EventContract);

}  // namespace
}  // namespace edgeplane::storage
