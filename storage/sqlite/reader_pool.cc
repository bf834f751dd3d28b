#include "storage/sqlite/reader_pool.h"

#include "base/log.h"
#include "storage/sqlite/query.h"
#include "storage/store_errors.h"

namespace edgeplane::storage::sqlite {

ReaderPool::ReaderPool(std::vector<std::unique_ptr<Connection>> connections, Duration timeout,
                       StoreMetrics* metrics)
    : timeout_(timeout), metrics_(metrics), idle_(std::move(connections)) {}

ReaderPool::Lease::Lease(ReaderPool& pool) : pool_(pool) {
  const Connection::Deadline deadline = std::chrono::steady_clock::now() + pool.timeout_;
  connection_ = pool.Take(deadline);
  if (connection_ == nullptr) {
    begun_ = TooManyReads();
    return;
  }
  connection_->SetDeadline(deadline);
  begun_ = Query(*connection_, "begin_read").Run();
}

ReaderPool::Lease::~Lease() {
  if (connection_ == nullptr) return;
  connection_->SetDeadline(std::nullopt);
  if (!connection_->IsIdle()) {
    const Status ended = Query(*connection_, "commit").Run();
    if (!ended.ok()) LogError("store read end failed", {{"message", ended.error().message}});
  }
  pool_.Return(std::move(connection_));
}

std::unique_ptr<Connection> ReaderPool::Take(Connection::Deadline deadline) {
  std::unique_lock lock(mutex_);
  if (!returned_.wait_until(lock, deadline, [this] { return !idle_.empty(); })) return nullptr;
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

void ReaderPool::Return(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
  }
  returned_.notify_one();
}

void ReaderPool::Count(StoreOperation operation, const Error& error) {
  if (metrics_ != nullptr && IsStoreFailure(error)) metrics_->Failed(operation);
}

}  // namespace edgeplane::storage::sqlite
