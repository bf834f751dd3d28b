#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "storage/memory/memory_store.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/contract/backend.h"

namespace edgeplane::storage {
namespace {

class MemoryBackend final : public Backend {
 public:
  std::unique_ptr<Store> Open() override { return std::make_unique<MemoryStore>(); }
};

class SqliteBackend final : public Backend {
 public:
  SqliteBackend() {
    std::string name = (std::filesystem::temp_directory_path() / "edgeplane-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    directory_ = name;
  }
  ~SqliteBackend() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<Store> Open() override {
    SqliteSettings settings;
    settings.path = (directory_ / "edgeplane.db").string();
    // Generous: a sanitizer on a busy machine is slow, and no test waits for it.
    settings.write_timeout = std::chrono::seconds(60);
    settings.read_timeout = std::chrono::seconds(60);
    auto store = SqliteStore::Open(settings, nullptr);
    if (!store.ok()) throw std::runtime_error(store.error().message);
    return std::move(*store);
  }

 private:
  std::filesystem::path directory_;
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
