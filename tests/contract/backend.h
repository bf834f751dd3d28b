// The stores the contract is run against.
#pragma once

#include <memory>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "storage/store.h"
#include "storage/transfer/transfer.h"

namespace edgeplane::storage {

// One installation of a store, empty at first, and gone with this object.
class Backend {
 public:
  virtual ~Backend() = default;
  // The store over this installation's data. One at a time.
  virtual std::unique_ptr<Store> Open() = 0;
};

// One that keeps what it holds when it is closed, and can be moved.
class MovableBackend : public Backend {
 public:
  virtual Result<std::unique_ptr<transfer::Source>> OpenSource() = 0;
  // While no store is open.
  virtual Result<std::unique_ptr<transfer::Sink>> OpenSink() = 0;
  // "table.column" of its schema, but of what a database keeps for itself; with "?" where
  // it may be null.
  virtual std::set<std::string> ListColumns() = 0;
  // Makes the schema one that an earlier edgeplane knows, by its own account.
  virtual void ForgetLastMigration() = 0;
};

struct BackendKind {
  std::string name;
  // What was written is there after a close, or a kill, and another Open.
  bool persists = false;
  std::unique_ptr<Backend> (*make)() = nullptr;
};

// For the names of the tests.
inline void PrintTo(const BackendKind& kind, std::ostream* out) { *out << kind.name; }

const std::vector<BackendKind>& AllBackends();
// Those that keep what they hold when they are closed; they are MovableBackends.
std::vector<BackendKind> PersistingBackends();

}  // namespace edgeplane::storage
