#include "storage/postgres/statement_text.h"

#include "storage/postgres/statements_embedded.h"

namespace edgeplane::storage::postgres {

std::span<const std::pair<std::string_view, std::string_view>> AllStatements() { return sql::kAll; }

}  // namespace edgeplane::storage::postgres
