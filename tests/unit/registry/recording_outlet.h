// A gateway's end of a link that remembers what it is sent, and short ways to
// read that.
#pragma once

#include <chrono>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/registry/link_outlet.h"

namespace edgeplane::registry {

// Keeps what a link sends.
class RecordingOutlet final : public LinkOutlet {
 public:
  bool Send(v1::RegistryMessage message) override {
    const std::lock_guard lock(mutex_);
    if (status_ || full_) return false;
    sent_.push_back(std::move(message));
    return true;
  }
  bool HasRoom() override {
    const std::lock_guard lock(mutex_);
    return room_;
  }
  void ResumeReading() override {
    const std::lock_guard lock(mutex_);
    ++resumed_;
  }
  void End(const Status& status) override {
    const std::lock_guard lock(mutex_);
    if (!status_) status_ = status;
  }
  void Cancel() override {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
  }

  void SetRoom(bool room) {
    const std::lock_guard lock(mutex_);
    room_ = room;
  }
  void SetFull(bool full) {
    const std::lock_guard lock(mutex_);
    full_ = full;
  }
  // What was sent since the last call.
  std::vector<v1::RegistryMessage> Take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(sent_, {});
  }
  [[nodiscard]] std::optional<Status> status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }
  [[nodiscard]] ErrorCode ended_with() const {
    const std::lock_guard lock(mutex_);
    return status_ && !status_->ok() ? status_->error().code : v1::ErrorReason::UNSPECIFIED;
  }
  [[nodiscard]] bool cancelled() const {
    const std::lock_guard lock(mutex_);
    return cancelled_;
  }
  [[nodiscard]] int resumed() const {
    const std::lock_guard lock(mutex_);
    return resumed_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<v1::RegistryMessage> sent_;
  std::optional<Status> status_;
  bool room_ = true;
  bool full_ = false;
  bool cancelled_ = false;
  int resumed_ = 0;
};

// The commands among `messages` that are delivered, in order.
inline std::vector<std::string> Delivered(const std::vector<v1::RegistryMessage>& messages) {
  std::vector<std::string> ids;
  for (const v1::RegistryMessage& message : messages) {
    if (message.has_deliver()) ids.push_back(message.deliver().command_id());
  }
  return ids;
}

// The last sequence `messages` confirm; 0: none.
inline int64_t Confirmed(const std::vector<v1::RegistryMessage>& messages) {
  int64_t sequence = 0;
  for (const v1::RegistryMessage& message : messages) {
    if (message.has_confirm()) sequence = message.confirm().sequence();
  }
  return sequence;
}

// Sessions that `messages` end, with the reason.
inline std::vector<std::pair<std::string, v1::Disconnect>> EndedSessions(
    const std::vector<v1::RegistryMessage>& messages) {
  std::vector<std::pair<std::string, v1::Disconnect>> ended;
  for (const v1::RegistryMessage& message : messages) {
    if (message.has_end_session()) {
      ended.emplace_back(message.end_session().session_id(), message.end_session().reason());
    }
  }
  return ended;
}

}  // namespace edgeplane::registry
