#include "gateway/refusal_book.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/log.h"
#include "base/uuid.h"
#include "gateway/gateway_metrics.h"

namespace edgeplane::gateway {
namespace {

using std::chrono::seconds;

class RefusalBookTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { ConfigureLog(LogLevel::kError, LogFormat::kText); }

  RefusalBook Book(int64_t rows_per_minute = 1000) {
    return RefusalBook({"gateway-1", seconds(60), rows_per_minute}, clock_, metrics_,
                       [this](const v1::Refusal& refusal) { reports_.push_back(refusal); });
  }
  static Refused One(const std::string& agent = "luna1", v1::Reason reason = v1::SECRET_MISMATCH,
                     const std::string& ip = "192.0.2.1") {
    Refused refused;
    refused.reason = reason;
    refused.http_status = 401;
    refused.agent_id = agent;
    refused.peer_ip = ip;
    refused.peer_address = ip + ":40000";
    refused.detail = "A detail.";
    refused.presented.set_scheme("Bearer");
    return refused;
  }

  const Time start_ = *ParseTime("2026-01-31T09:15:00Z");
  ManualClock clock_{start_};
  MetricsRegistry registry_;
  GatewayMetrics metrics_{registry_};
  std::vector<v1::Refusal> reports_;
};

TEST_F(RefusalBookTest, ReportsAFirstRefusalAtOnceAndWhole) {
  RefusalBook book = Book();
  const std::string id = book.Note(One());
  ASSERT_EQ(reports_.size(), 1U);
  const v1::Refusal& report = reports_[0];
  EXPECT_TRUE(IsUuid(id));
  EXPECT_EQ(report.refusal_id(), id);
  EXPECT_EQ(report.reason(), v1::SECRET_MISMATCH);
  EXPECT_EQ(report.stage(), v1::ADMISSION);
  EXPECT_EQ(report.agent_id(), "luna1");
  EXPECT_EQ(report.peer_address(), "192.0.2.1:40000");
  EXPECT_EQ(report.gateway_id(), "gateway-1");
  EXPECT_EQ(report.http_status(), 401);
  EXPECT_EQ(report.detail(), "A detail.");
  EXPECT_EQ(report.presented().scheme(), "Bearer");
  EXPECT_EQ(report.count(), 1);
  EXPECT_EQ(report.create_time().seconds(), ToMicros(start_) / 1'000'000);
}

TEST_F(RefusalBookTest, RepeatsHaveTheSameIdAndAreCountedAbsolutely) {
  RefusalBook book = Book();
  const std::string id = book.Note(One());
  clock_.Advance(seconds(3));
  EXPECT_EQ(book.Note(One()), id);
  EXPECT_EQ(book.Note(One()), id);
  EXPECT_EQ(reports_.size(), 1U);
  book.Flush();
  ASSERT_EQ(reports_.size(), 2U);
  EXPECT_EQ(reports_[1].refusal_id(), id);
  EXPECT_EQ(reports_[1].count(), 3);
  EXPECT_EQ(reports_[1].last_time().seconds() - reports_[1].create_time().seconds(), 3);
  book.Flush();  // nothing new, nothing said
  EXPECT_EQ(reports_.size(), 2U);
  book.Note(One());
  book.Flush();
  ASSERT_EQ(reports_.size(), 3U);
  EXPECT_EQ(reports_[2].count(), 4);
}

TEST_F(RefusalBookTest, AgentReasonAndAddressEachMakeARowOfTheirOwn) {
  RefusalBook book = Book();
  const std::string id = book.Note(One());
  EXPECT_NE(book.Note(One("luna2")), id);
  EXPECT_NE(book.Note(One("luna1", v1::TOKEN_EXPIRED)), id);
  EXPECT_NE(book.Note(One("luna1", v1::SECRET_MISMATCH, "192.0.2.2")), id);
  Refused other_port = One();
  other_port.peer_address = "192.0.2.1:40001";
  EXPECT_EQ(book.Note(other_port), id);
}

TEST_F(RefusalBookTest, AfterTheWindowARowBeginsAnew) {
  RefusalBook book = Book();
  const std::string id = book.Note(One());
  book.Note(One());
  clock_.Advance(seconds(60));
  const std::string next = book.Note(One());
  EXPECT_NE(next, id);
  // What the old row had counted is not lost with it.
  ASSERT_EQ(reports_.size(), 3U);
  EXPECT_EQ(reports_[1].refusal_id(), id);
  EXPECT_EQ(reports_[1].count(), 2);
  EXPECT_EQ(reports_[2].refusal_id(), next);
  EXPECT_EQ(reports_[2].count(), 1);
}

TEST_F(RefusalBookTest, AFlushForgetsRowsWhoseWindowIsOver) {
  RefusalBook book = Book();
  const std::string id = book.Note(One());
  book.Note(One());
  clock_.Advance(seconds(61));
  book.Flush();
  ASSERT_EQ(reports_.size(), 2U);
  EXPECT_EQ(reports_[1].count(), 2);
  EXPECT_NE(book.Note(One()), id);
}

TEST_F(RefusalBookTest, AStormFromOneAddressIsFoldedIntoOneRow) {
  RefusalBook book = Book(/*rows_per_minute=*/3);
  for (int i = 0; i < 3; ++i) book.Note(One("agent" + std::to_string(i)));
  const std::string folded = book.Note(One("agent3"));
  for (int i = 4; i < 20; ++i) EXPECT_EQ(book.Note(One("agent" + std::to_string(i))), folded);
  ASSERT_EQ(reports_.size(), 4U);
  EXPECT_EQ(reports_[3].agent_id(), "");
  EXPECT_EQ(reports_[3].presented().scheme(), "");
  EXPECT_NE(reports_[3].detail().find("refusal-rows-per-minute"), std::string::npos);
  book.Flush();
  ASSERT_EQ(reports_.size(), 5U);
  EXPECT_EQ(reports_[4].count(), 17);
  // Known rows and other addresses go on as before.
  EXPECT_EQ(book.Note(One("agent1")), reports_[1].refusal_id());
  EXPECT_NE(book.Note(One("agent9", v1::SECRET_MISMATCH, "192.0.2.9")), folded);
}

TEST_F(RefusalBookTest, HoldsSoManyRowsAndReportsWhatItLetsGo) {
  constexpr int kRowsMax = 16'384;
  RefusalBook book = Book(/*rows_per_minute=*/100'000);
  const std::string first = book.Note(One("first"));
  book.Note(One("first"));
  for (int i = 0; i < kRowsMax - 1; ++i) book.Note(One("agent" + std::to_string(i)));
  EXPECT_EQ(book.Note(One("first")), first);
  reports_.clear();
  book.Note(One("one too many"));
  ASSERT_EQ(reports_.size(), 2U);
  EXPECT_EQ(reports_[0].refusal_id(), first);
  EXPECT_EQ(reports_[0].count(), 3);
  EXPECT_NE(book.Note(One("first")), first);
}

TEST_F(RefusalBookTest, CountsEveryRefusalInTheMetrics) {
  RefusalBook book = Book();
  for (int i = 0; i < 5; ++i) book.Note(One());
  EXPECT_NE(registry_.Render().find(
                R"(edgeplane_refusals_total{reason="SECRET_MISMATCH",stage="admission"} 5)"),
            std::string::npos);
}

}  // namespace
}  // namespace edgeplane::gateway
