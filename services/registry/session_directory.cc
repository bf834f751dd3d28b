#include "services/registry/session_directory.h"

#include <utility>

namespace edgeplane::registry {

// Links that entries let go of are destroyed after the lock is released: their
// destructors may come back here.

bool SessionDirectory::Enter(const storage::Fence& fence, std::shared_ptr<Link> link) {
  Entry replaced;
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[fence.agent_id];
  if (entry.link != nullptr && entry.fence.epoch > fence.epoch) return false;
  // Said again over the same link: what is on its way still is.
  if (entry.link == link && entry.fence.session_id == fence.session_id) return true;
  replaced = std::exchange(entry, Entry{fence, std::move(link), false, false, false, {}});
  return true;
}

void SessionDirectory::Remove(const storage::Fence& fence) {
  Entry removed;
  const std::lock_guard lock(mutex_);
  Entry* entry = FindEntry(fence.agent_id, fence.session_id);
  if (entry == nullptr) return;
  removed = std::move(*entry);
  entries_.erase(fence.agent_id);
}

void SessionDirectory::RemoveLink(const Link* link) {
  std::vector<Entry> removed;
  const std::lock_guard lock(mutex_);
  for (auto it = entries_.begin(); it != entries_.end();) {
    if (it->second.link.get() != link) {
      ++it;
      continue;
    }
    removed.push_back(std::move(it->second));
    it = entries_.erase(it);
  }
}

std::optional<LiveSession> SessionDirectory::Find(const std::string& agent_id) const {
  const std::lock_guard lock(mutex_);
  const auto it = entries_.find(agent_id);
  if (it == entries_.end()) return std::nullopt;
  const Entry& entry = it->second;
  return LiveSession{entry.fence, entry.link, entry.confirmed, entry.config_wanted,
                     entry.window.Room(limits_)};
}

void SessionDirectory::Confirm(const storage::Fence& fence) {
  const std::lock_guard lock(mutex_);
  if (Entry* entry = FindEntry(fence.agent_id, fence.session_id)) entry->confirmed = true;
}

bool SessionDirectory::WantConfig(const std::string& agent_id) {
  const std::lock_guard lock(mutex_);
  const auto it = entries_.find(agent_id);
  if (it == entries_.end()) return false;
  it->second.config_wanted = true;
  return true;
}

void SessionDirectory::LookAtConfig(const storage::Fence& fence) {
  const std::lock_guard lock(mutex_);
  Entry* entry = FindEntry(fence.agent_id, fence.session_id);
  if (entry == nullptr) return;
  entry->config_wanted = false;
  entry->config_waits = true;
}

void SessionDirectory::ConfigOffered(const storage::Fence& fence) {
  const std::lock_guard lock(mutex_);
  if (Entry* entry = FindEntry(fence.agent_id, fence.session_id)) entry->config_waits = false;
}

bool SessionDirectory::ConfigWritten(const storage::Fence& fence) {
  const std::lock_guard lock(mutex_);
  Entry* entry = FindEntry(fence.agent_id, fence.session_id);
  if (entry == nullptr || !entry->config_waits) return false;
  entry->config_wanted = true;
  return true;
}

bool SessionDirectory::AddOutstanding(const storage::Fence& fence,
                                      const std::vector<Outstanding>& commands) {
  const std::lock_guard lock(mutex_);
  Entry* entry = FindEntry(fence.agent_id, fence.session_id);
  if (entry == nullptr) return false;
  for (const Outstanding& command : commands) entry->window.Add(command);
  return true;
}

std::optional<Outstanding> SessionDirectory::TakeOutstanding(const std::string& agent_id,
                                                             const std::string& session_id,
                                                             const std::string& command_id) {
  const std::lock_guard lock(mutex_);
  Entry* entry = FindEntry(agent_id, session_id);
  return entry == nullptr ? std::nullopt : entry->window.Take(command_id);
}

size_t SessionDirectory::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::vector<storage::Fence> SessionDirectory::Of(const Link* link) const {
  const std::lock_guard lock(mutex_);
  std::vector<storage::Fence> fences;
  for (const auto& [agent_id, entry] : entries_) {
    if (entry.link.get() == link) fences.push_back(entry.fence);
  }
  return fences;
}

void SessionDirectory::Doubt(const storage::Fence& fence) {
  const std::lock_guard lock(mutex_);
  if (Entry* entry = FindEntry(fence.agent_id, fence.session_id)) entry->confirmed = false;
}

SessionDirectory::Entry* SessionDirectory::FindEntry(const std::string& agent_id,
                                                     const std::string& session_id) {
  const auto it = entries_.find(agent_id);
  if (it == entries_.end() || it->second.fence.session_id != session_id) return nullptr;
  return &it->second;
}

}  // namespace edgeplane::registry
