// Rows of desired configurations. Everything here runs inside the caller's
// transaction.
#pragma once

#include <string>

#include "storage/config_record.h"
#include "storage/sqlite/query.h"

namespace edgeplane::storage::sqlite {

// Version 0 where none was set.
Result<ConfigRecord> LoadConfig(Connection& db, const std::string& agent_id);
Status SaveConfig(Connection& db, const ConfigRecord& record);

}  // namespace edgeplane::storage::sqlite
