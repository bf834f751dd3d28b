// For races: the same work on many threads, let go together.
#pragma once

#include <latch>
#include <thread>
#include <vector>

namespace edgeplane::storage {

// Runs `work(0..count-1)` on as many threads.
template <class Work>
void Together(int count, const Work& work) {
  std::latch start(count);
  std::vector<std::thread> threads;
  threads.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      work(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace edgeplane::storage
