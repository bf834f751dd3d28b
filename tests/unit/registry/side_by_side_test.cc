#include "services/registry/side_by_side.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <vector>

namespace edgeplane::registry {
namespace {

std::optional<FailedCall> RunAll(WorkerPool& pool, std::vector<StoreCall> calls) {
  std::promise<std::optional<FailedCall>> done;
  EXPECT_TRUE(pool.Continue([&] {
    RunSideBySide(pool, calls,
                  [&](std::optional<FailedCall> failure) { done.set_value(std::move(failure)); });
  }));
  return done.get_future().get();
}

TEST(SideBySide, MakesEveryCallOnce) {
  WorkerPool pool("test", 4, 100);
  for (const size_t count : {0u, 1u, 2u, 100u}) {
    std::vector<std::atomic<int>> made(count);
    std::vector<StoreCall> calls;
    for (size_t i = 0; i < count; ++i) {
      calls.push_back({"Count", [&made, i] {
                         ++made[i];
                         return Status();
                       }});
    }
    EXPECT_FALSE(RunAll(pool, calls));
    for (const std::atomic<int>& times : made) EXPECT_EQ(times, 1);
  }
}

TEST(SideBySide, GivesAFailureAndMakesTheRest) {
  WorkerPool pool("test", 4, 100);
  std::atomic<int> made = 0;
  std::vector<StoreCall> calls;
  for (int i = 0; i < 20; ++i) {
    calls.push_back({i == 7 ? "Fail" : "Count", [&made, i]() -> Status {
                       ++made;
                       if (i == 7) return MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full");
                       return {};
                     }});
  }
  const auto failure = RunAll(pool, calls);
  ASSERT_TRUE(failure);
  EXPECT_EQ(std::string(failure->operation), "Fail");
  EXPECT_EQ(failure->error.code, v1::ErrorReason::STORE_UNAVAILABLE);
  EXPECT_EQ(made, 20);
}

// Two calls that wait for each other end only if they are made at once.
TEST(SideBySide, MakesThemAtOnceWhereThreadsAreFree) {
  WorkerPool pool("test", 2, 100);
  std::promise<void> first;
  std::promise<void> second;
  const std::vector<StoreCall> calls = {{"A",
                                         [&] {
                                           first.set_value();
                                           second.get_future().wait();
                                           return Status();
                                         }},
                                        {"B", [&] {
                                           second.set_value();
                                           first.get_future().wait();
                                           return Status();
                                         }}};
  EXPECT_FALSE(RunAll(pool, calls));
}

}  // namespace
}  // namespace edgeplane::registry
