// The bus over a database: NOTIFY and LISTEN
// (postgresql.org/docs/current/sql-notify.html), on connections of its own: whoever
// commits a NOTIFY waits for all others that do, which must not be those that write.
//
// What waits goes out together: a NOTIFY carries as many signals as fit in 8000 bytes.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "storage/signal_bus.h"

namespace edgeplane::storage {

namespace postgres {
class Connection;
class Connector;
}  // namespace postgres

class PostgresSignalBus final : public SignalBus {
 public:
  static constexpr size_t kWaitingMax = 65'536;  // signals that wait to be sent

  // `connection` as in PostgresSettings.
  static Result<std::unique_ptr<PostgresSignalBus>> Open(const Secret& connection);
  ~PostgresSignalBus() override;
  PostgresSignalBus(const PostgresSignalBus&) = delete;
  PostgresSignalBus& operator=(const PostgresSignalBus&) = delete;

  void Start(Handlers handlers) override;
  void Stop() override;
  void Say(std::string signal) override;

 private:
  PostgresSignalBus(std::unique_ptr<postgres::Connector> connector, int wake);

  void Listen();
  // Until the connection is lost, or the end.
  Status ListenOn(postgres::Connection& connection);
  void Hear(const std::string& payload);
  void Send();
  // Null where there is none to be had, or this is the end.
  std::unique_ptr<postgres::Connection> Connect();
  [[nodiscard]] std::vector<std::string> Pack(const std::deque<std::string>& signals) const;
  [[nodiscard]] bool stopping() const;

  const std::unique_ptr<postgres::Connector> connector_;
  const int wake_;  // becomes readable at the end
  const std::string id_;
  Handlers handlers_;

  mutable std::mutex mutex_;
  std::condition_variable said_;
  std::deque<std::string> waiting_;
  std::unordered_set<std::string> known_;  // what waits
  size_t dropped_ = 0;
  bool stopping_ = false;
  std::thread listener_;
  std::thread sender_;
};

}  // namespace edgeplane::storage
