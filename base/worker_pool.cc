#include "base/worker_pool.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace edgeplane {
namespace {

constexpr size_t kThreadNameMax = 15;  // pthread_setname_np(3), without the NUL

}  // namespace

WorkerPool::WorkerPool(std::string name, size_t threads, size_t queue_max)
    : name_(name.substr(0, kThreadNameMax)), queue_max_(queue_max) {
  threads_.reserve(threads);
  try {
    for (size_t i = 0; i < std::max<size_t>(threads, 1); ++i) {
      threads_.emplace_back(&WorkerPool::Run, this);
    }
  } catch (...) {
    // The machine gives no more threads; those there are must end first.
    Stop();
    throw;
  }
}

WorkerPool::~WorkerPool() { Stop(); }

bool WorkerPool::TrySubmit(Task task) { return Push(std::move(task), /*bounded=*/true); }

bool WorkerPool::Continue(Task task) { return Push(std::move(task), /*bounded=*/false); }

bool WorkerPool::Push(Task task, bool bounded) {
  {
    std::lock_guard lock(mutex_);
    if (stopping_ || (bounded && queue_.size() >= queue_max_)) return false;
    queue_.push_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

void WorkerPool::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  // A second caller waits for the first one's joins.
  std::call_once(joined_, [this] {
    for (std::thread& thread : threads_) thread.join();
  });
}

size_t WorkerPool::QueueLength() const {
  std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkerPool::Run() noexcept {
  pthread_setname_np(pthread_self(), name_.c_str());
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Task task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    task();
    task = nullptr;  // what it holds is released here, not under the lock
    lock.lock();
  }
}

}  // namespace edgeplane
