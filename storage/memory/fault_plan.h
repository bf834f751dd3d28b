// Which of the coming store calls fail, and how.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/result.h"

namespace edgeplane::storage {

// Not thread safe; the store's mutex guards it.
class FaultPlan {
 public:
  struct Fault {
    Error error;
    bool applied = false;  // the call takes effect and gives the error all the same
  };

  void Fail(int64_t nth, Error error);
  void Doubt(int64_t nth);

  // To be asked once by every call. A reading call cannot be in doubt, so it
  // leaves a doubt to the next writing one.
  std::optional<Fault> Next(bool writes);

 private:
  int64_t calls_ = 0;
  std::multimap<int64_t, Fault> faults_;  // by the call's number
};

}  // namespace edgeplane::storage
