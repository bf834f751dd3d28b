// A fixed number of threads over a bounded queue: where anything that may block
// (a store call, above all) runs, so that reactors and event loops never do.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace edgeplane {

// Thread safe. Tasks must not throw.
class WorkerPool {
 public:
  using Task = std::function<void()>;

  // `name` shows in thread listings (at most 15 characters).
  WorkerPool(std::string name, size_t threads, size_t queue_max);
  // Drains what is queued, then ends the threads.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False when the queue is full or the pool is stopping: the task will not run.
  [[nodiscard]] bool TrySubmit(Task task);
  // For continuations of work that has been accepted before and must not be
  // lost: not counted against the bound. The caller bounds it (at most one per
  // object it owns). False only when stopping.
  [[nodiscard]] bool Continue(Task task);

  // Takes no more tasks, runs what is queued, joins. Idempotent; never from a
  // task of this pool.
  void Stop();

  [[nodiscard]] size_t QueueLength() const;

 private:
  void Run() noexcept;
  bool Push(Task task, bool bounded);

  const std::string name_;
  const size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> queue_;
  bool stopping_ = false;
  std::once_flag joined_;
  std::vector<std::thread> threads_;
};

}  // namespace edgeplane
