#include "cli/simulate/seen_commands.h"

#include <functional>
#include <utility>

namespace edgeplane::simulate {

bool SeenCommands::Add(std::string_view command_id) {
  const uint64_t hash = std::hash<std::string_view>()(command_id);
  if (old_.contains(hash) || !young_.insert(hash).second) return false;
  if (young_.size() >= kGeneration) {
    old_ = std::move(young_);
    young_.clear();
  }
  return true;
}

}  // namespace edgeplane::simulate
