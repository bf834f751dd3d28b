// Rows of desired configurations.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "storage/config_record.h"
#include "storage/postgres/transaction.h"

namespace edgeplane::storage::postgres {

using Configs = std::map<std::string, ConfigRecord>;  // by agent

// Of get_configs for these agents; one of version 0 where none was set.
Configs ReadConfigs(const Rows& rows, const std::vector<std::string>& agent_ids);
Result<Configs> LoadConfigs(Transaction& tx, const std::vector<std::string>& agent_ids);
// Of agents that are there, no agent twice.
void SaveConfigs(Transaction& tx, const std::vector<const ConfigRecord*>& records);

}  // namespace edgeplane::storage::postgres
