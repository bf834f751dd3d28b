#include "base/worker_pool.h"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <future>
#include <latch>
#include <memory>

namespace edgeplane {
namespace {

// Keeps one thread of a pool busy until it is let go.
class Gate {
 public:
  explicit Gate(WorkerPool& pool) {
    EXPECT_TRUE(pool.TrySubmit([this] {
      entered_.count_down();
      open_.wait();
    }));
    entered_.wait();
  }
  void Open() { open_.count_down(); }

 private:
  std::latch entered_{1};
  std::latch open_{1};
};

TEST(WorkerPoolTest, RunsTasksInOrderOnOneThread) {
  std::vector<int> order;
  {
    WorkerPool pool("test", 1, 100);
    for (int i = 0; i < 100; ++i) {
      while (!pool.TrySubmit([&order, i] { order.push_back(i); })) std::this_thread::yield();
    }
  }
  ASSERT_EQ(order.size(), 100U);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<size_t>(i)], i);
}

TEST(WorkerPoolTest, RunsTasksAtTheSameTime) {
  WorkerPool pool("test", 3, 3);
  std::latch all_there(4);
  for (int i = 0; i < 3; ++i) {
    while (!pool.TrySubmit([&all_there] { all_there.arrive_and_wait(); })) {
      std::this_thread::yield();
    }
  }
  all_there.arrive_and_wait();  // returns only if the three run at once
}

TEST(WorkerPoolTest, RefusesBeyondTheBoundButTakesContinuations) {
  WorkerPool pool("test", 1, 2);
  Gate gate(pool);
  std::atomic<int> runs = 0;
  EXPECT_TRUE(pool.TrySubmit([&runs] { ++runs; }));
  EXPECT_TRUE(pool.TrySubmit([&runs] { ++runs; }));
  EXPECT_FALSE(pool.TrySubmit([&runs] { runs += 100; }));
  EXPECT_EQ(pool.QueueLength(), 2U);
  EXPECT_TRUE(pool.Continue([&runs] { ++runs; }));
  EXPECT_EQ(pool.QueueLength(), 3U);
  gate.Open();
  pool.Stop();
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(pool.QueueLength(), 0U);
}

TEST(WorkerPoolTest, StopRunsWhatIsQueuedAndTakesNoMore) {
  std::atomic<int> runs = 0;
  WorkerPool pool("test", 2, 1000);
  for (int i = 0; i < 500; ++i) ASSERT_TRUE(pool.TrySubmit([&runs] { ++runs; }));
  pool.Stop();
  EXPECT_EQ(runs, 500);
  EXPECT_FALSE(pool.TrySubmit([&runs] { ++runs; }));
  EXPECT_FALSE(pool.Continue([&runs] { ++runs; }));
  pool.Stop();
  EXPECT_EQ(runs, 500);
}

TEST(WorkerPoolTest, EveryCallerOfStopWaits) {
  std::atomic<int> runs = 0;
  WorkerPool pool("test", 1, 100);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(pool.TrySubmit([&runs] { ++runs; }));
  auto stop = [&] {
    pool.Stop();
    return runs.load();
  };
  auto first = std::async(std::launch::async, stop);
  auto second = std::async(std::launch::async, stop);
  EXPECT_EQ(first.get(), 50);
  EXPECT_EQ(second.get(), 50);
}

// What a task holds may itself turn to the pool when it goes.
TEST(WorkerPoolTest, ReleasesATaskOutsideTheLockBeforeTheNextOne) {
  WorkerPool pool("test", 1, 10);
  size_t length_seen = 0;
  std::shared_ptr<int> held(new int(1), [&](int* number) {
    length_seen = pool.QueueLength();
    delete number;
  });
  const std::weak_ptr<int> watch = held;
  Gate gate(pool);
  ASSERT_TRUE(pool.TrySubmit([held = std::move(held)] { static_cast<void>(*held); }));
  std::promise<bool> gone;
  ASSERT_TRUE(pool.TrySubmit([&] { gone.set_value(watch.expired()); }));
  gate.Open();
  EXPECT_TRUE(gone.get_future().get());
  EXPECT_EQ(length_seen, 1U);
}

TEST(WorkerPoolTest, NamesItsThreads) {
  WorkerPool pool("a-name-that-is-too-long", 1, 1);
  std::promise<std::string> name;
  ASSERT_TRUE(pool.TrySubmit([&name] {
    char buffer[16];
    pthread_getname_np(pthread_self(), buffer, sizeof buffer);
    name.set_value(buffer);
  }));
  EXPECT_EQ(name.get_future().get(), "a-name-that-is-");
}

TEST(WorkerPoolTest, CountsEveryTaskOfManySubmitters) {
  std::atomic<int> accepted = 0;
  std::atomic<int> runs = 0;
  WorkerPool pool("test", 2, 8);
  std::vector<std::thread> submitters;
  for (int i = 0; i < 4; ++i) {
    submitters.emplace_back([&] {
      for (int j = 0; j < 1000; ++j) accepted += pool.TrySubmit([&runs] { ++runs; }) ? 1 : 0;
    });
  }
  for (std::thread& submitter : submitters) submitter.join();
  pool.Stop();
  EXPECT_GT(accepted, 0);
  EXPECT_EQ(runs, accepted);
}

}  // namespace
}  // namespace edgeplane
