#include "storage/postgres/reader_pool.h"

#include "storage/store_errors.h"

namespace edgeplane::storage::postgres {

ReaderPool::ReaderPool(Connector& connector, size_t connections_max, Duration timeout,
                       StoreMetrics* metrics)
    : connector_(connector), timeout_(timeout), metrics_(metrics), places_(connections_max) {}

ReaderPool::Lease::Lease(ReaderPool& pool, Connection::Deadline deadline) : pool_(pool) {
  holds_place_ = pool.TakePlace(deadline, &connection_);
  if (!holds_place_) {
    error_ = TooManyReads();
    return;
  }
  if (connection_ == nullptr) {
    auto connected = pool.connector_.Connect(deadline);
    if (!connected.ok()) {
      error_ = connected.error();
      return;
    }
    connection_ = std::move(*connected);
  }
  connection_->SetDeadline(deadline);
  connection_->Forget();
}

ReaderPool::Lease::~Lease() {
  if (!holds_place_) return;
  const bool reusable = connection_ != nullptr && connection_->IsUsable() && connection_->IsIdle();
  if (!reusable) connection_.reset();
  pool_.ReturnPlace(std::move(connection_));
}

bool ReaderPool::TakePlace(Connection::Deadline deadline, std::unique_ptr<Connection>* connection) {
  std::unique_lock lock(mutex_);
  if (!returned_.wait_until(lock, deadline, [this] { return places_ > 0; })) return false;
  --places_;
  if (!idle_.empty()) {
    *connection = std::move(idle_.back());
    idle_.pop_back();
  }
  return true;
}

void ReaderPool::ReturnPlace(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    ++places_;
    if (connection != nullptr) idle_.push_back(std::move(connection));
  }
  returned_.notify_one();
}

void ReaderPool::DropIdle() {
  std::vector<std::unique_ptr<Connection>> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(idle_);
}

void ReaderPool::Count(StoreOperation operation, const Error& error) {
  if (metrics_ != nullptr && IsStoreFailure(error)) metrics_->Failed(operation);
}

}  // namespace edgeplane::storage::postgres
