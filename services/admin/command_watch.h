// One WatchCommand stream.
//
// It remembers the number of the last step it has sent and reads the command
// again whenever something may have changed: at a signal, at the hub's pulse. So
// nothing is queued for a slow caller, and no signal has to arrive.
//
//            Poke                     steps to send
//   idle ----------> reading ----------------------------> writing
//     ^                 |  ^                                  | |
//     |   nothing new   |  |  sent, and poked in between      | |
//     '-----------------'  '----------------------------------' |
//     ^                              sent, nothing new          |
//     '---------------------------------------------------------'
//
// and from each of them to `ended`: after the last step of a final state, at a
// failure, when the caller goes, at shutdown.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/worker_pool.h"
#include "edgeplane/v1/admin_service.pb.h"
#include "services/admin/admin_metrics.h"
#include "services/admin/watch_hub.h"
#include "services/registry/command_signals.h"
#include "storage/store.h"

namespace edgeplane::admin {

// Deletes itself in OnDone.
class CommandWatch final : public grpc::ServerWriteReactor<v1::WatchCommandResponse>,
                           private Watch {
 public:
  struct Parts {
    storage::CommandStore& store;
    registry::CommandSignals& signals;
    WorkerPool& pool;
    WatchHub& hub;
    MethodCalls& calls;
  };

  // `request` has been accepted by Validate. Everything given outlives the
  // stream.
  static CommandWatch* Start(const Parts& parts, grpc::CallbackServerContext* context,
                             const v1::WatchCommandRequest& request);

 private:
  enum class Phase : uint8_t { kIdle, kReading, kWriting, kEnded };
  // What to end the stream with, or nothing: it goes on. Acted upon outside the
  // lock, because OnDone may come, and free this, before Finish returns.
  using Ending = std::optional<grpc::Status>;

  CommandWatch(const Parts& parts, grpc::CallbackServerContext* context,
               const v1::WatchCommandRequest& request);

  void Begin();
  void Read();
  // For Begin, which nobody else interferes with yet.
  void EndWith(grpc::Status status);
  // At once when idle, or as soon as what is under way is done.
  void AskToEnd(grpc::Status status);
  // The next thing to do, from reading or writing. Under the lock.
  Ending Advance();
  Ending ReadAgain();
  Ending Ended(grpc::Status status);
  void Conclude(const Ending& ending);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

  void Poke() override;
  void End() override;
  void Abort() override { context_->TryCancel(); }

  const Parts parts_;
  grpc::CallbackServerContext* const context_;
  const std::string command_id_;
  std::unique_ptr<registry::CommandSignals::Subscription> subscription_;

  std::mutex mutex_;
  Phase phase_ = Phase::kReading;  // Begin reads
  bool poked_ = false;             // since the last read began
  Ending ending_;                  // asked for; whoever reads or writes sees to it
  int32_t sent_;                   // number of the last step sent
  // From the last read: those not sent yet begin at next_. As many as a history
  // has at most (storage::kHistoryMax).
  std::vector<storage::CommandStep> steps_;
  size_t next_ = 0;
  bool final_ = false;
  v1::WatchCommandResponse message_;  // being written
};

}  // namespace edgeplane::admin
