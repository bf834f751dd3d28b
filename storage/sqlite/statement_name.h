// The statements of storage/sqlite/statements.
#pragma once

#include "storage/sqlite/statements_embedded.h"
#include "storage/statement_name.h"

namespace edgeplane::storage::sqlite {

using StatementName = StatementIn<sql::kAll>;

}  // namespace edgeplane::storage::sqlite
