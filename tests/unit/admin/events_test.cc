#include "services/admin/events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

using v1::ErrorReason;

class EventsTest : public DomainTest {
 protected:
  void Record(const std::string& agent_id, const std::string& event_id,
              const std::string& type = "t", const std::string& details = "{\"n\":1}") {
    storage::Event event;
    event.agent_id = agent_id;
    event.event_id = event_id;
    event.event_type = type;
    event.thread_id = "thread";
    event.details_json = details;
    event.receive_time = clock_.Now();
    event.channel = storage::Channel::kHttp;
    EXPECT_TRUE(store_.RecordEvents({event}).ok());
  }

  std::string Listed(const v1::ListEventsRequest& request) {
    const auto page = events_.List(request);
    EXPECT_TRUE(page.ok()) << page.error().message;
    std::string ids;
    for (const v1::Event& event : page->events()) ids += event.event_id() + " ";
    return ids;
  }
};

TEST_F(EventsTest, GivesEveryField) {
  CreateAgent("a");
  Record("a", "ev-1");
  const auto page = events_.List({});
  ASSERT_EQ(page->events_size(), 1);
  const v1::Event& event = page->events(0);
  EXPECT_EQ(event.agent_id(), "a");
  EXPECT_EQ(event.event_id(), "ev-1");
  EXPECT_EQ(event.event_type(), "t");
  EXPECT_EQ(event.thread_id(), "thread");
  EXPECT_EQ(event.details().fields().at("n").number_value(), 1);
  EXPECT_EQ(event.receive_time().seconds(), 1'800'000'000);
  EXPECT_EQ(event.channel(), v1::CommandStep::HTTP);
}

TEST_F(EventsTest, ListsNewestFirstByFilterAndPage) {
  CreateAgent("a");
  CreateAgent("b");
  Record("a", "1", "x");
  Record("b", "2", "x");
  Record("a", "3", "y");
  Record("a", "4", "x");
  EXPECT_EQ(Listed({}), "4 3 2 1 ");
  v1::ListEventsRequest request;
  request.mutable_filter()->set_agent_id("a");
  EXPECT_EQ(Listed(request), "4 3 1 ");
  request.mutable_filter()->set_event_type("x");
  EXPECT_EQ(Listed(request), "4 1 ");
  request.set_page_size(1);
  const auto first = events_.List(request);
  ASSERT_NE(first->next_page_token(), "");
  request.set_page_token(first->next_page_token());
  EXPECT_EQ(Listed(request), "1 ");
  request.mutable_filter()->set_event_type("y");
  EXPECT_EQ(CodeOf(events_.List(request)), ErrorReason::PAGE_TOKEN_INVALID);
}

// 256 KiB of details are the most an agent may send: the answer must stay below
// what gRPC clients take.
TEST_F(EventsTest, LargeEventsMakeShortPages) {
  CreateAgent("a");
  std::string details = "{\"list\":[";
  while (details.size() < 256 * 1024 - 8) details += "[],";
  details += "[]]}";
  for (int i = 0; i < 20; ++i) Record("a", std::to_string(i), "t", details);
  v1::ListEventsRequest request;
  int seen = 0;
  do {
    const auto page = events_.List(request);
    ASSERT_TRUE(page.ok()) << page.error().message;
    EXPECT_LE(page->ByteSizeLong(), 4U * 1024 * 1024);
    ASSERT_GT(page->events_size(), 0);
    seen += page->events_size();
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(seen, 20);
}

TEST_F(EventsTest, DetailsThatCannotBeReadDoNotHideTheRest) {
  CreateAgent("a");
  Record("a", "1", "t", "{");
  Record("a", "2");
  const auto page = events_.List({});
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->events_size(), 2);
  EXPECT_TRUE(page->events(0).has_details());
  EXPECT_FALSE(page->events(1).has_details());
}

}  // namespace
}  // namespace edgeplane::admin
