// The commands of one session that the agent has not answered. Bounded: when they
// become too many they are not known from then on, and the registry, being told
// so, takes every command of the session as delivered.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>

namespace edgeplane::gateway {

class UnansweredCommands {
 public:
  static constexpr size_t kMax = 1024;

  void Add(const std::string& command_id) {
    if (!ids_) return;
    ids_->insert(command_id);
    if (ids_->size() > kMax) ids_.reset();
  }
  void Remove(const std::string& command_id) {
    if (ids_) ids_->erase(command_id);
  }

  [[nodiscard]] bool known() const { return ids_.has_value(); }
  // Into a repeated field of a message; needs known().
  template <class Field>
  void CopyTo(Field& ids) const {
    ids.Assign(ids_->begin(), ids_->end());
  }

 private:
  std::optional<std::set<std::string>> ids_ = std::set<std::string>();
};

}  // namespace edgeplane::gateway
