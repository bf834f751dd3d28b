// The stores that are measured, each on a real disk with every sync that it does
// in service.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/store.h"

namespace edgeplane::storage {

// One store, empty at first; what it keeps on the disk goes with this object.
class BenchStore {
 public:
  virtual ~BenchStore() = default;
  virtual Store& get() = 0;
  // Of a server of its own, where it has one; what this process uses is not in it.
  virtual double ServerCpuSeconds() { return 0; }
};

struct StoreKind {
  std::string name;
  std::unique_ptr<BenchStore> (*make)() = nullptr;  // throws where it cannot
};

const std::vector<StoreKind>& BenchStores();

}  // namespace edgeplane::storage
