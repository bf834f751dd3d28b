// A PostgreSQL store in a schema of its own.
#pragma once

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <string>

#include "storage/postgres/postgres_store.h"
#include "tests/support/postgres_cluster.h"

namespace edgeplane::storage {

using Code = v1::ErrorReason;

inline constexpr Time kStart{Duration(1'770'000'000'000'000)};
inline Time After(int seconds) { return kStart + std::chrono::seconds(seconds); }

template <class T>
ErrorCode CodeOf(const Result<T>& result) {
  return result.ok() ? Code::UNSPECIFIED : result.error().code;
}

inline NewCommand CommandFor(const std::string& agent_id, const std::string& command_id) {
  NewCommand command;
  command.command_id = command_id;
  command.agent_id = agent_id;
  command.type = "say";
  command.payload_json = "{}";
  command.create_time = kStart;
  command.expire_time = After(3600);
  return command;
}

// A connection past the store.
class Outsider {
 public:
  explicit Outsider(const std::string& connection) : handle_(PQconnectdb(connection.c_str())) {
    EXPECT_EQ(PQstatus(handle_), CONNECTION_OK) << PQerrorMessage(handle_);
  }
  ~Outsider() { PQfinish(handle_); }
  Outsider(const Outsider&) = delete;
  Outsider& operator=(const Outsider&) = delete;

  // The first column of the first row; empty where there is none.
  std::string Execute(const std::string& sql) {
    PGresult* result = PQexec(handle_, sql.c_str());
    const ExecStatusType status = PQresultStatus(result);
    EXPECT_TRUE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        << PQresultErrorMessage(result) << " in " << sql;
    std::string value;
    if (PQntuples(result) > 0 && PQnfields(result) > 0) value = PQgetvalue(result, 0, 0);
    PQclear(result);
    return value;
  }
  // Until so many statements of stores wait for locks; not for ever, should none.
  void AwaitWaiting(int count) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::stoi(Execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = "
                             "'Lock' AND application_name = 'edgeplane'")) < count) {
      if (std::chrono::steady_clock::now() < end) continue;
      ADD_FAILURE() << "nobody waits";
      return;
    }
  }

 private:
  PGconn* const handle_;
};

class PostgresFixture : public testing::Test {
 protected:
  PostgresFixture() { Configure(connection_); }

  void Configure(const std::string& connection) {
    settings_.connection = Secret::CopyOf(connection);
    settings_.write_timeout = std::chrono::seconds(60);
    settings_.read_timeout = std::chrono::seconds(60);
  }
  std::unique_ptr<PostgresStore> OpenAnother() {
    auto store = PostgresStore::Open(settings_, &metrics_);
    EXPECT_TRUE(store.ok()) << store.error().message;
    return store.ok() ? std::move(*store) : nullptr;
  }
  void Open() {
    store_ = OpenAnother();
    ASSERT_NE(store_, nullptr);
  }
  void Close() { store_.reset(); }
  Store& store() { return *store_; }

  static Status MakeAgentIn(Store& store, const std::string& agent_id) {
    Agent agent;
    agent.agent_id = agent_id;
    const Result<Agent> made = store.CreateAgent(agent, std::nullopt);
    if (!made.ok()) return made.error();
    return {};
  }
  Status MakeAgent(const std::string& agent_id) { return MakeAgentIn(store(), agent_id); }
  ErrorCode Enqueue(const std::string& agent_id, const std::string& command_id) {
    return CodeOf(store().EnqueueCommand(CommandFor(agent_id, command_id), 1000));
  }

  const std::string connection_ = PostgresCluster::Shared().NewSchema();
  PostgresSettings settings_;
  MetricsRegistry registry_;
  StoreMetrics metrics_{registry_};

 private:
  std::unique_ptr<PostgresStore> store_;
};

}  // namespace edgeplane::storage
