// Rows of events. Everything here runs inside the caller's transaction.
#pragma once

#include <vector>

#include "storage/event.h"
#include "storage/sqlite/query.h"

namespace edgeplane::storage::sqlite {

// Gives how many were not there before.
Result<size_t> InsertEvents(Connection& db, const std::vector<Event>& events);

// The rows of a list.
Result<std::vector<Event>> ReadEvents(Query& query);
// Until the next would make more than `bytes_max` of details; one at least.
Result<std::vector<Event>> ReadEvents(Query& query, size_t bytes_max);

}  // namespace edgeplane::storage::sqlite
