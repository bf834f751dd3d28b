#include "tests/bench/bench_stores.h"

#include <stdexcept>

#include "storage/postgres/postgres_store.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/support/postgres_cluster.h"
#include "tests/support/temporary_directory.h"

namespace edgeplane::storage {
namespace {

class SqliteBench final : public BenchStore {
 public:
  SqliteBench() {
    SqliteSettings settings;
    settings.path = (directory_.path() / "edgeplane.db").string();
    auto store = SqliteStore::Open(settings, nullptr);
    if (!store.ok()) throw std::runtime_error(store.error().message);
    store_ = *std::move(store);
  }
  Store& get() override { return *store_; }

 private:
  const TemporaryDirectory directory_;
  std::unique_ptr<SqliteStore> store_;
};

// One server for all measurements, each with a schema of its own.
class PostgresBench final : public BenchStore {
 public:
  PostgresBench() {
    PostgresSettings settings;
    settings.connection = Secret(Cluster().NewSchema());
    auto store = PostgresStore::Open(settings, nullptr);
    if (!store.ok()) throw std::runtime_error(store.error().message);
    store_ = *std::move(store);
  }
  Store& get() override { return *store_; }
  double ServerCpuSeconds() override { return Cluster().CpuSeconds(); }

 private:
  static PostgresCluster& Cluster() {
    static PostgresCluster cluster(PostgresCluster::Durability::kOn);
    return cluster;
  }

  std::unique_ptr<PostgresStore> store_;
};

}  // namespace

const std::vector<StoreKind>& BenchStores() {
  static const std::vector<StoreKind> all = {
      {"sqlite", []() -> std::unique_ptr<BenchStore> { return std::make_unique<SqliteBench>(); }},
      {"postgres",
       []() -> std::unique_ptr<BenchStore> { return std::make_unique<PostgresBench>(); }},
  };
  return all;
}

}  // namespace edgeplane::storage
