// What a WatchCommand stream tells: the steps of one command, those so far and
// then each as it happens, up to the one into a final state.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "edgeplane/v1/admin_service.pb.h"
#include "services/admin/watch_source.h"
#include "services/registry/command_signals.h"
#include "storage/store.h"

namespace edgeplane::admin {

class CommandWatch final : public WatchSource<v1::WatchCommandResponse> {
 public:
  // `request` has been accepted by Validate. Store and signals outlive this.
  CommandWatch(storage::CommandStore& store, registry::CommandSignals& signals,
               const v1::WatchCommandRequest& request);

  void Subscribe(std::function<void()> poke) override;
  Status Read() override;  // COMMAND_NOT_FOUND
  bool Take(v1::WatchCommandResponse& message) override;
  [[nodiscard]] WatchState state() const override;
  [[nodiscard]] const char* how_to_go_on() const override;

 private:
  storage::CommandStore& store_;
  registry::CommandSignals& signals_;
  const std::string command_id_;
  std::unique_ptr<registry::CommandSignals::Subscription> subscription_;
  int32_t given_;  // number of the last step given
  // From the last read: those not given yet begin at next_. At most
  // storage::kHistoryMax.
  std::vector<storage::CommandStep> steps_;
  size_t next_ = 0;
  bool final_ = false;
};

}  // namespace edgeplane::admin
