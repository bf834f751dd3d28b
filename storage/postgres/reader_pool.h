// Connections for reading, lent to the calling thread one call at a time. They are
// made when they are needed, up to a number.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/postgres/connector.h"
#include "storage/store_metrics.h"

namespace edgeplane::storage::postgres {

class ReaderPool {
 public:
  // `timeout` bounds a call, its wait for a connection included. `connector`
  // outlives it; `metrics` may be null.
  ReaderPool(Connector& connector, size_t connections_max, Duration timeout, StoreMetrics* metrics);

  // Runs `work(Connection&)`, which gives a Result; once more where the connection
  // turns out to have been lost. Thread safe.
  template <class Work>
  auto Run(StoreOperation operation, const Work& work)
      -> decltype(work(std::declval<Connection&>())) {
    const Connection::Deadline deadline = std::chrono::steady_clock::now() + timeout_;
    for (int attempt = 1;; ++attempt) {
      Lease lease(*this, deadline);
      if (lease.connection() == nullptr) {
        Count(operation, lease.error());
        return lease.error();
      }
      auto result = work(*lease.connection());
      if (result.ok()) return result;
      const std::optional<Failure>& failure = lease.connection()->failure();
      const bool lost = failure && failure->kind == FailureKind::kConnection;
      if (lost) DropIdle();
      if (lost && attempt < kAttemptsMax && std::chrono::steady_clock::now() < deadline) continue;
      Count(operation, result.error());
      return result;
    }
  }

 private:
  static constexpr int kAttemptsMax = 2;

  // Holds a place among the connections, and a connection if it could get one.
  class Lease {
   public:
    Lease(ReaderPool& pool, Connection::Deadline deadline);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    [[nodiscard]] Connection* connection() const { return connection_.get(); }
    [[nodiscard]] const Error& error() const { return error_; }

   private:
    ReaderPool& pool_;
    bool holds_place_ = false;
    std::unique_ptr<Connection> connection_;
    Error error_;
  };

  // False when none came free in time. `connection` stays null where the place has
  // none yet.
  bool TakePlace(Connection::Deadline deadline, std::unique_ptr<Connection>* connection);
  void ReturnPlace(std::unique_ptr<Connection> connection);
  // Where one is lost the others are too, as a rule.
  void DropIdle();
  void Count(StoreOperation operation, const Error& error);

  Connector& connector_;
  const Duration timeout_;
  StoreMetrics* const metrics_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable returned_;
  size_t places_;
  std::vector<std::unique_ptr<Connection>> idle_;  // at most as many as places
};

}  // namespace edgeplane::storage::postgres
