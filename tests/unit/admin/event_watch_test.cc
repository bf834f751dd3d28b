// What a WatchEvents stream tells, without the streaming.
#include "services/admin/event_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

using testing::HasSubstr;
using v1::ErrorReason;

class EventWatchTest : public DomainTest {
 protected:
  EventWatchTest() {
    CreateAgent("a");
    CreateAgent("b");
  }

  void Record(const std::string& agent_id, const std::string& event_id, size_t bytes = 0) {
    storage::Event event;
    event.agent_id = agent_id;
    event.event_id = event_id;
    event.event_type = "t";
    event.details_json = "{\"x\":\"" + std::string(bytes, 'x') + "\"}";
    event.receive_time = clock_.Now();
    EXPECT_TRUE(store_.RecordEvents({event}).ok());
  }

  static v1::EventFilter Of(const std::string& agent_id) {
    v1::EventFilter filter;
    filter.set_agent_id(agent_id);
    return filter;
  }

  Result<std::unique_ptr<EventWatch>> Make(const v1::EventFilter& filter,
                                           const std::string& token = "") {
    v1::WatchEventsRequest request;
    *request.mutable_filter() = filter;
    request.set_resume_token(token);
    return EventWatch::Make({store_, signals_, tokens_}, request);
  }

  // Everything there is to tell now; the last token.
  std::string Tell(EventWatch& watch, std::string& token) {
    std::string told;
    do {
      EXPECT_TRUE(watch.Read().ok());
      v1::WatchEventsResponse message;
      while (watch.Take(message)) {
        told += message.has_event() ? message.event().event_id() + " " : "begin ";
        token = message.resume_token();
      }
    } while (watch.state() == WatchState::kMore);
    EXPECT_EQ(watch.state(), WatchState::kWaiting);
    return told;
  }
  std::string Tell(EventWatch& watch) {
    std::string token;
    return Tell(watch, token);
  }

  registry::EventSignals signals_;
};

TEST_F(EventWatchTest, BeginsNowAndSaysWhere) {
  Record("a", "before");
  auto watch = Make({});
  ASSERT_TRUE(watch.ok());
  std::string token;
  EXPECT_EQ(Tell(**watch, token), "begin ");
  Record("a", "1");
  Record("b", "2");
  EXPECT_EQ(Tell(**watch), "1 2 ");
  EXPECT_EQ(Tell(**watch), "");
  // From where the first one began, whenever that is.
  EXPECT_EQ(Tell(**Make({}, token)), "1 2 ");
}

TEST_F(EventWatchTest, GoesOnBehindAnyMessage) {
  auto watch = Make({});
  std::vector<std::string> tokens;
  for (int i = 0; i < 4; ++i) {
    std::string token;
    Tell(**watch, token);
    tokens.push_back(token);
    Record("a", std::to_string(i));
  }
  EXPECT_EQ(Tell(**Make({}, tokens[0])), "0 1 2 3 ");
  EXPECT_EQ(Tell(**Make({}, tokens[1])), "1 2 3 ");
  EXPECT_EQ(Tell(**Make({}, tokens[3])), "3 ");
  std::string last;
  Tell(**watch, last);
  EXPECT_EQ(Tell(**Make({}, last)), "");
}

TEST_F(EventWatchTest, AFilterLeavesOutTheRestAndIsPassedByIt) {
  auto watch = Make(Of("b"));
  std::string token;
  EXPECT_EQ(Tell(**watch, token), "begin ");
  for (int i = 0; i < 200; ++i) Record("a", std::to_string(i));
  EXPECT_EQ(Tell(**watch), "");
  Record("b", "mine");
  EXPECT_EQ(Tell(**watch), "mine ");
  EXPECT_EQ(Tell(**Make(Of("b"), token)), "mine ");
}

// More than is read at once, in number and in bytes.
TEST_F(EventWatchTest, ManyAndLargeOnesComeWholeAndInOrder) {
  auto watch = Make({});
  Tell(**watch);
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    Record("a", std::to_string(i), i % 50 == 0 ? 200 * 1024 : 10);
    expected += std::to_string(i) + " ";
  }
  EXPECT_EQ(Tell(**watch), expected);
}

TEST_F(EventWatchTest, TokensAreBoundToTheFilterAndToNothingElse) {
  std::string token;
  Tell(**Make(Of("a")), token);
  ASSERT_TRUE(Make(Of("a"), token).ok());
  for (const auto& [filter, other] : std::vector<std::pair<v1::EventFilter, std::string>>{
           {{}, token}, {Of("b"), token}, {Of("a"), "x"}, {Of("a"), token.substr(1)}}) {
    EXPECT_EQ(CodeOf(Make(filter, other)), ErrorReason::RESUME_TOKEN_INVALID) << other;
  }
  // Neither kind of token is the other's.
  for (int i = 0; i < 3; ++i) Record("a", std::to_string(i));
  v1::ListEventsRequest list;
  *list.mutable_filter() = Of("a");
  list.set_page_size(1);
  EXPECT_EQ(CodeOf(Make(Of("a"), events_.List(list)->next_page_token())),
            ErrorReason::RESUME_TOKEN_INVALID);
  list.set_page_token(token);
  EXPECT_EQ(CodeOf(events_.List(list)), ErrorReason::PAGE_TOKEN_INVALID);
}

// Waiting until the store has caught up would miss what comes until then.
TEST_F(EventWatchTest, ATokenFromTheFutureOfTheStoreIsRefused) {
  auto watch = Make({});
  Tell(**watch);
  Record("a", "1");
  std::string token;
  Tell(**watch, token);
  storage::MemoryStore restored;
  v1::WatchEventsRequest request;
  request.set_resume_token(token);
  auto resumed = EventWatch::Make({restored, signals_, tokens_}, request);
  ASSERT_TRUE(resumed.ok());
  const Status read = (*resumed)->Read();
  ASSERT_EQ(CodeOf(read), ErrorReason::RESUME_TOKEN_INVALID);
  EXPECT_THAT(read.error().message, HasSubstr("backup"));
}

TEST_F(EventWatchTest, PrunedEventsDoNotHoldItUp) {
  auto watch = Make({});
  std::string token;
  Tell(**watch, token);
  Record("a", "old");
  ASSERT_TRUE(store_.PruneEvents(clock_.Now() + std::chrono::seconds(1), 10).ok());
  EXPECT_EQ(Tell(**Make({}, token)), "");
  Record("a", "new");
  EXPECT_EQ(Tell(**Make({}, token)), "new ");
  EXPECT_EQ(Tell(**watch), "new ");
}

TEST_F(EventWatchTest, AFailingStoreIsSaidAsSuchAndLosesNothing) {
  auto watch = Make({});
  Tell(**watch);
  Record("a", "1");
  for (int nth = 1; nth <= 2; ++nth) {
    store_.FailOperation(nth, MakeError(ErrorReason::STORE_UNAVAILABLE, "No."));
    EXPECT_EQ(CodeOf((*watch)->Read()), ErrorReason::STORE_UNAVAILABLE);
  }
  EXPECT_EQ(Tell(**watch), "1 ");
}

TEST_F(EventWatchTest, IsPokedUntilItGoes) {
  int pokes = 0;
  auto watch = Make({});
  (*watch)->Subscribe([&pokes] { ++pokes; });
  signals_.Changed();
  EXPECT_EQ(pokes, 1);
  watch->reset();
  signals_.Changed();
  EXPECT_EQ(pokes, 1);
}

}  // namespace
}  // namespace edgeplane::admin
