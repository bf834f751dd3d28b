// A bus that remembers what is said on it, and on which a test can speak.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "storage/signal_bus.h"

namespace edgeplane::registry {

// Of one thread, but for the pool's of a harness that has settled.
class RecordingBus final : public storage::SignalBus {
 public:
  void Start(Handlers handlers) override { handlers_ = std::move(handlers); }
  void Stop() override {}
  void Say(std::string signal) override { said_.push_back(std::move(signal)); }

  // Since the last call.
  std::vector<std::string> Take() { return std::exchange(said_, {}); }

 private:
  Handlers handlers_;
  std::vector<std::string> said_;
};

}  // namespace edgeplane::registry
