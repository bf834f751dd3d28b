// Folds the write-ahead log back into the database (sqlite.org/wal.html, 2.1),
// between commits, when no caller waits for one.
#pragma once

#include "storage/sqlite/connection.h"
#include "storage/store_metrics.h"

namespace edgeplane::storage::sqlite {

// Belongs to the writer's thread.
class Checkpointer {
 public:
  struct Limits {
    int pages = 1;         // in the log when it is folded back first
    Duration lock_wait{};  // how long the connection waits for any lock
  };

  // `connection` must outlive this; `metrics` may be null.
  Checkpointer(Connection& connection, const Limits& limits, StoreMetrics* metrics);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // To be called outside a transaction, after every commit.
  void RunIfDue();

 private:
  static int OnWal(void* self, sqlite3* database, const char* name, int pages);
  int Checkpoint();
  int CheckpointInsistently();

  Connection& connection_;
  const Limits limits_;
  StoreMetrics* const metrics_;
  int wal_pages_ = 0;
  int due_at_;  // of wal_pages_
  bool failing_ = false;
};

}  // namespace edgeplane::storage::sqlite
