#include "storage/postgres/call_queue.h"

#include "storage/store_errors.h"

namespace edgeplane::storage::postgres {

std::optional<Error> CallQueue::Submit(const std::shared_ptr<Call>& call) {
  std::unique_lock lock(mutex_);
  if (waiting_.size() >= limits_.queue_max) return TooManyWrites();
  waiting_.push_back(call);
  wake_.notify_one();
  if (call->answered.wait_until(lock, call->deadline, [&] { return call->done; })) {
    return call->failure;
  }
  if (call->started) return CommitInDoubt();
  std::erase(waiting_, call);
  return NotInTime();
}

bool CallQueue::AwaitCalls() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
  return !waiting_.empty();
}

Batch CallQueue::Take() {
  const std::lock_guard lock(mutex_);
  Batch batch;
  std::deque<std::shared_ptr<Call>> left;
  size_t weight = 0;
  bool is_full = false;
  for (std::shared_ptr<Call>& call : waiting_) {
    // One that goes alone goes when it is the first; those behind it need not wait.
    is_full =
        is_full || batch.size() >= limits_.batch_max ||
        (!batch.empty() && (batch.front()->alone || weight + call->weight > limits_.weight_max));
    if (is_full || (call->alone && !batch.empty())) {
      left.push_back(std::move(call));
      continue;
    }
    weight += call->weight;
    call->started = true;
    batch.push_back(std::move(call));
  }
  waiting_ = std::move(left);
  if (!waiting_.empty()) wake_.notify_one();
  return batch;
}

void CallQueue::Answer(const std::shared_ptr<Call>& call, std::optional<Error> failure) {
  const std::lock_guard lock(mutex_);
  call->failure = std::move(failure);
  call->done = true;
  call->answered.notify_one();
}

void CallQueue::NoteTrouble(const Error& error) {
  const std::lock_guard lock(mutex_);
  trouble_ = error;
  trouble_time_ = std::chrono::steady_clock::now();
}

std::optional<Error> CallQueue::TroubleSince(std::chrono::steady_clock::time_point since) const {
  const std::lock_guard lock(mutex_);
  return trouble_time_ > since ? trouble_ : std::nullopt;
}

void CallQueue::Stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  wake_.notify_all();
}

}  // namespace edgeplane::storage::postgres
