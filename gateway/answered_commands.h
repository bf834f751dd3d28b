// The commands an agent has spoken of on one session: the last of them, as many as
// may be on their way to it.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <unordered_set>

namespace edgeplane::gateway {

class AnsweredCommands {
 public:
  static constexpr size_t kMax = 1024;

  void Add(const std::string& command_id) {
    if (!ids_.insert(command_id).second) return;
    order_.push_back(command_id);
    if (order_.size() <= kMax) return;
    ids_.erase(order_.front());
    order_.pop_front();
  }
  [[nodiscard]] bool Contains(const std::string& command_id) const {
    return ids_.contains(command_id);
  }

 private:
  std::deque<std::string> order_;
  std::unordered_set<std::string> ids_;
};

}  // namespace edgeplane::gateway
