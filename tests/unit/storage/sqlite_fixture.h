// A SQLite store in a directory of its own.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <memory>
#include <string>

#include "storage/sqlite/sqlite_store.h"
#include "tests/support/temporary_directory.h"

namespace edgeplane::storage {

class SqliteFixture : public testing::Test {
 protected:
  SqliteFixture() {
    settings_.path = (directory_ / "edgeplane.db").string();
    settings_.write_timeout = std::chrono::seconds(60);
    settings_.read_timeout = std::chrono::seconds(60);
  }

  void Open() {
    auto store = SqliteStore::Open(settings_, &metrics_);
    ASSERT_TRUE(store.ok()) << store.error().message;
    store_ = std::move(*store);
  }
  void Close() { store_.reset(); }
  Store& store() { return *store_; }

  // Runs SQL on the file, past the store.
  void Execute(const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(settings_.path.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

  Status MakeAgent(const std::string& agent_id) {
    Agent agent;
    agent.agent_id = agent_id;
    const Result<Agent> made = store().CreateAgent(agent, std::nullopt);
    if (!made.ok()) return made.error();
    return {};
  }

  // Goes last, with the store's files in it.
  const TemporaryDirectory temporary_;
  const std::filesystem::path directory_ = temporary_.path();
  SqliteSettings settings_;
  MetricsRegistry registry_;
  StoreMetrics metrics_{registry_};

 private:
  std::unique_ptr<SqliteStore> store_;
};

}  // namespace edgeplane::storage
