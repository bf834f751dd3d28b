// A row as a JSON object, and back.
#pragma once

#include <boost/json/object.hpp>

#include "base/result.h"
#include "storage/transfer/tables.h"

namespace edgeplane::storage::transfer {

// {"table":"..",..}, columns in their order.
boost::json::object RowToJson(const Table& table, const Row& row);

// INVALID_FIELD, with what is wrong, where it does not have exactly the columns of the
// table, each of its kind.
Result<Row> RowFromJson(const Table& table, const boost::json::object& object);

}  // namespace edgeplane::storage::transfer
