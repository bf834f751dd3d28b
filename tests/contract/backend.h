// The stores the contract is run against.
#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "storage/store.h"

namespace edgeplane::storage {

// One installation of a store, empty at first, and gone with this object.
class Backend {
 public:
  virtual ~Backend() = default;
  // The store over this installation's data. One at a time.
  virtual std::unique_ptr<Store> Open() = 0;
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
// Those that keep what they hold when they are closed.
std::vector<BackendKind> PersistingBackends();

}  // namespace edgeplane::storage
