#include "storage/sqlite/statement_text.h"

#include "storage/sqlite/statements_embedded.h"

namespace edgeplane::storage::sqlite {

std::span<const std::pair<std::string_view, std::string_view>> AllStatements() { return sql::kAll; }

}  // namespace edgeplane::storage::sqlite
