// Rows of events.
#pragma once

#include <functional>
#include <vector>

#include "storage/event.h"
#include "storage/postgres/transaction.h"

namespace edgeplane::storage::postgres {

// Stores the events of several callers; `done` gets how many of each were not there
// before. Takes the events' lock, which is everybody's, so nothing may be waited for
// after it but the commit.
void StoreEvents(Transaction& tx, const std::vector<std::vector<Event>>& callers,
                 std::function<void(const std::vector<size_t>&)> done);

// The rows of a list.
std::vector<Event> ReadEvents(const Rows& rows);

}  // namespace edgeplane::storage::postgres
