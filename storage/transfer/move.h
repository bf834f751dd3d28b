// What every sink does alike.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "storage/transfer/tables.h"

namespace edgeplane::storage::transfer {

// Whether the store has rows of a table; one of an earlier edgeplane may not have the table.
using HasRows = std::function<Result<bool>(const Table&)>;
// That it has no row of any.
Status CheckEmpty(const HasRows& has_rows);
// The database's rules speak before the checksum does. `at`: "here", or where about.
Error NotTaken(const char* at);
// A counter of another name than these.
Error UnknownCounter();

// Makes a row fit its new home: the lease of a gateway is over, so that whoever it held
// can be let in elsewhere.
void Settle(const Table& table, Row& row);

}  // namespace edgeplane::storage::transfer
