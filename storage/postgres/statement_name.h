// The statements of storage/postgres/statements.
#pragma once

#include "storage/postgres/statements_embedded.h"
#include "storage/statement_name.h"

namespace edgeplane::storage::postgres {

using StatementName = StatementIn<sql::kAll>;

}  // namespace edgeplane::storage::postgres
