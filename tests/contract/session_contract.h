// Sessions and what they hold, as the tests of their ends use them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/contract/store_contract.h"

namespace edgeplane::storage {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using testing::UnorderedElementsAreArray;

class SessionContract : public StoreContract {
 protected:
  // A command of agent "a" with max_deliveries, delivered over `fence`.
  std::string Delivered(const Fence& fence, int number, int32_t max_deliveries) {
    NewCommand command = CommandFor("a", number);
    command.max_deliveries = max_deliveries;
    Enqueue(command);
    EXPECT_THAT(ClaimIds(fence), ElementsAre(Id(number)));
    return Id(number);
  }
  bool End(const Fence& fence, std::optional<std::vector<std::string>> written = std::nullopt) {
    const auto ended = store().EndSession({fence, After(5), std::move(written)});
    EXPECT_TRUE(ended.ok());
    if (!ended.ok() || !ended->has_value()) return false;
    moved_ = **ended;
    return true;
  }

  CommandMoves moved_;  // by the last End
};

using Ids = std::vector<std::string>;
using Moved = std::vector<std::pair<std::string, CommandState>>;

inline Moved MovedOf(const CommandMoves& moves) {
  Moved moved;
  for (const CommandMove& move : moves) moved.emplace_back(move.command_id, move.state);
  return moved;
}

}  // namespace edgeplane::storage
