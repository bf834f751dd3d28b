// Connections for reading, lent to the calling thread one call at a time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/sqlite/connection.h"
#include "storage/store_metrics.h"

namespace edgeplane::storage::sqlite {

class ReaderPool {
 public:
  // `timeout` bounds a call, its wait for a connection included. `metrics` may
  // be null.
  ReaderPool(std::vector<std::unique_ptr<Connection>> connections, Duration timeout,
             StoreMetrics* metrics);

  // Runs `work(Connection&)`, which gives a Result, in a transaction: it sees one
  // state of the database. Thread safe.
  template <class Work>
  auto Run(StoreOperation operation, const Work& work)
      -> decltype(work(std::declval<Connection&>())) {
    const Lease lease(*this);
    if (!lease.begun().ok()) {
      Count(operation, lease.begun().error());
      return lease.begun().error();
    }
    auto result = work(lease.connection());
    if (!result.ok()) Count(operation, result.error());
    return result;
  }

 private:
  // Holds a connection with an open transaction, if it could get one.
  class Lease {
   public:
    explicit Lease(ReaderPool& pool);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    [[nodiscard]] const Status& begun() const { return begun_; }
    [[nodiscard]] Connection& connection() const { return *connection_; }

   private:
    ReaderPool& pool_;
    std::unique_ptr<Connection> connection_;
    Status begun_;
  };

  // Null when none came free in time.
  std::unique_ptr<Connection> Take(Connection::Deadline deadline);
  void Return(std::unique_ptr<Connection> connection);
  void Count(StoreOperation operation, const Error& error);

  const Duration timeout_;
  StoreMetrics* const metrics_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace edgeplane::storage::sqlite
