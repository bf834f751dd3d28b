// What tests of polling agents begin with.
#pragma once

#include <string>
#include <vector>

#include "tests/contract/store_contract.h"

namespace edgeplane::storage {

class HandedOutContract : public StoreContract {
 protected:
  // Agent "a" with commands 1..count, handed out by one sync.
  void Synced(int count, int sync, int32_t max_deliveries = 0) {
    MakeAgent("a");
    for (int i = 1; i <= count; ++i) {
      NewCommand command = CommandFor("a", i);
      command.max_deliveries = max_deliveries;
      Enqueue(command);
    }
    EXPECT_EQ(Sync(SyncBy("a", sync)).commands.size(), static_cast<size_t>(count));
  }
  std::vector<std::string> Named(const std::string& command_id, int sync) {
    SyncRequest request = SyncBy("a", sync);
    request.last_command_id = command_id;
    request.now = After(9);
    return IdsOf(Sync(request).received);
  }
};

}  // namespace edgeplane::storage
