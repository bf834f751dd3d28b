// A pool whose threads stand still.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <memory>

#include "base/worker_pool.h"

namespace edgeplane::registry {

// Every worker, as if the store stood still under each.
class Standstill {
 public:
  explicit Standstill(WorkerPool& pool, int workers) {
    for (int i = 0; i < workers; ++i) {
      auto reached = std::make_shared<std::promise<void>>();
      std::future<void> standing = reached->get_future();
      EXPECT_TRUE(pool.Continue([reached, end = end_] {
        reached->set_value();
        end.wait();
      }));
      standing.wait();
    }
  }
  ~Standstill() { release_.set_value(); }

 private:
  std::promise<void> release_;
  const std::shared_future<void> end_{release_.get_future()};
};

}  // namespace edgeplane::registry
