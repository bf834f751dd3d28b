#include "storage/store_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace edgeplane::storage {
namespace {

using testing::HasSubstr;

TEST(StoreMetricsTest, NamesAndLabelsAreThese) {
  MetricsRegistry registry;
  StoreMetrics metrics(registry);
  metrics.Committed(std::chrono::milliseconds(3), 5);
  metrics.Failed(StoreOperation::kEnqueueCommand);
  const std::string text = registry.Render();
  EXPECT_THAT(text, HasSubstr("edgeplane_store_commit_seconds_count 1"));
  EXPECT_THAT(text, HasSubstr("edgeplane_store_batch_size_sum 5"));
  EXPECT_THAT(text, HasSubstr("edgeplane_store_batch_size_bucket{le=\"4\"} 0"));
  EXPECT_THAT(text, HasSubstr("edgeplane_store_batch_size_bucket{le=\"8\"} 1"));
  EXPECT_THAT(text, HasSubstr("edgeplane_store_errors_total{operation=\"enqueue_command\"} 1"));
  EXPECT_THAT(text, HasSubstr("edgeplane_store_errors_total{operation=\"checkpoint\"} 0"));
}

TEST(StoreMetricsTest, EveryOperationHasItsOwnName) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kStoreOperations; ++i) {
    names.insert(OperationName(static_cast<StoreOperation>(i)));
  }
  EXPECT_EQ(names.size(), kStoreOperations);
  EXPECT_EQ(names.count(""), 0u);
  EXPECT_EQ(OperationName(StoreOperation::kCreateAgent), "create_agent");
  EXPECT_EQ(OperationName(StoreOperation::kApplyAcks), "apply_acks");
  EXPECT_EQ(OperationName(StoreOperation::kCountRefusals), "count_refusals");
  EXPECT_EQ(OperationName(StoreOperation::kCheckWritable), "check_writable");
}

TEST(StoreMetricsTest, AnAnswerIsNoFailure) {
  EXPECT_FALSE(IsStoreFailure(MakeError(v1::ErrorReason::AGENT_NOT_FOUND, "")));
  EXPECT_FALSE(IsStoreFailure(MakeError(v1::ErrorReason::COMMAND_QUEUE_FULL, "")));
  EXPECT_TRUE(IsStoreFailure(MakeError(v1::ErrorReason::STORE_IN_DOUBT, "")));
  EXPECT_TRUE(IsStoreFailure(MakeError(v1::ErrorReason::SERVER_OVERLOADED, "")));
}

}  // namespace
}  // namespace edgeplane::storage
