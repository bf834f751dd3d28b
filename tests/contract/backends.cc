#include <stdexcept>

#include "storage/memory/memory_store.h"
#include "storage/postgres/postgres_store.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/contract/backend.h"
#include "tests/support/postgres_cluster.h"
#include "tests/support/temporary_directory.h"

namespace edgeplane::storage {
namespace {

class MemoryBackend final : public Backend {
 public:
  std::unique_ptr<Store> Open() override { return std::make_unique<MemoryStore>(); }
};

class SqliteBackend final : public Backend {
 public:
  std::unique_ptr<Store> Open() override {
    SqliteSettings settings;
    settings.path = (directory_.path() / "edgeplane.db").string();
    // Generous: a sanitizer on a busy machine is slow, and no test waits for it.
    settings.write_timeout = std::chrono::seconds(60);
    settings.read_timeout = std::chrono::seconds(60);
    auto store = SqliteStore::Open(settings, nullptr);
    if (!store.ok()) throw std::runtime_error(store.error().message);
    return std::move(*store);
  }

 private:
  const TemporaryDirectory directory_;
};

class PostgresBackend final : public Backend {
 public:
  std::unique_ptr<Store> Open() override {
    PostgresSettings settings;
    settings.connection = Secret::CopyOf(connection_);
    settings.write_timeout = std::chrono::seconds(60);
    settings.read_timeout = std::chrono::seconds(60);
    auto store = PostgresStore::Open(settings, nullptr);
    if (!store.ok()) throw std::runtime_error(store.error().message);
    return std::move(*store);
  }

 private:
  const std::string connection_ = PostgresCluster::Shared().NewSchema();
};

template <class B>
std::unique_ptr<Backend> Make() {
  return std::make_unique<B>();
}

}  // namespace

const std::vector<BackendKind>& AllBackends() {
  static const std::vector<BackendKind> all = {
      {"memory", false, &Make<MemoryBackend>},
      {"sqlite", true, &Make<SqliteBackend>},
      {"postgres", true, &Make<PostgresBackend>},
  };
  return all;
}

std::vector<BackendKind> PersistingBackends() {
  std::vector<BackendKind> persisting;
  for (const BackendKind& kind : AllBackends()) {
    if (kind.persists) persisting.push_back(kind);
  }
  return persisting;
}

}  // namespace edgeplane::storage
