// One open stream of a watching operator, over a source that knows what there is
// to tell.
//
//            Poke                     something to tell
//   idle ----------> reading ----------------------------> writing
//     ^                 |  ^                                  | |
//     |   nothing new   |  |  sent, and poked in between, or  | |
//     '-----------------'  |  there may be more               | |
//     ^                    '----------------------------------' |
//     |                          sent, nothing new              |
//     '---------------------------------------------------------'
//
// and from each of them to `ended`: when the source is over, at a failure, when the
// caller goes, at shutdown. A message is written when the one before has been
// taken: a caller that does not read holds one message and what the source has read.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/worker_pool.h"
#include "services/admin/admin_metrics.h"
#include "services/admin/watch_hub.h"
#include "services/admin/watch_source.h"
#include "services/rpc/status.h"

namespace edgeplane::admin {

struct WatchParts {
  WorkerPool& pool;
  WatchHub& hub;
  MethodCalls& calls;
};

// Deletes itself in OnDone.
template <class Message>
class WatchStream final : public grpc::ServerWriteReactor<Message>, private Watch {
 public:
  // Everything given outlives the stream.
  static WatchStream* Start(const WatchParts& parts, grpc::CallbackServerContext* context,
                            std::unique_ptr<WatchSource<Message>> source) {
    auto* stream = new WatchStream(parts, context, std::move(source));
    stream->Begin();  // may end it already, but OnDone waits for the method to return
    return stream;
  }

 private:
  enum class Phase : uint8_t { kIdle, kReading, kWriting, kEnded };
  // What to end the stream with, or nothing: it goes on. Acted upon outside the
  // lock, because OnDone may come, and free this, before Finish returns.
  using Ending = std::optional<grpc::Status>;

  WatchStream(const WatchParts& parts, grpc::CallbackServerContext* context,
              std::unique_ptr<WatchSource<Message>> source)
      : parts_(parts),
        context_(context),
        source_(std::move(source)),
        how_to_go_on_(source_->how_to_go_on()) {}

  void Begin() {
    if (Status joined = parts_.hub.Join(this); !joined.ok()) {
      return EndWith(rpc::ToGrpcStatus(joined.error()));
    }
    // Before the first read, so that nothing can fall in between.
    source_->Subscribe([this] { Poke(); });
    if (!parts_.pool.TrySubmit([this] { Read(); })) {
      EndWith(rpc::ToGrpcStatus(
          MakeError(v1::ErrorReason::SERVER_OVERLOADED,
                    "The server has more calls waiting than it can hold; try again in a moment.")));
    }
  }

  // For Begin, which nobody else interferes with yet.
  void EndWith(grpc::Status status) {
    Ending ending;
    {
      const std::lock_guard lock(mutex_);
      ending = Ended(std::move(status));
    }
    Conclude(ending);
  }

  void Read() {
    const Status read = source_->Read();
    Ending ending;
    {
      const std::lock_guard lock(mutex_);
      ending = read.ok() ? Advance() : Ended(rpc::ToGrpcStatus(read.error()));
    }
    Conclude(ending);
  }

  // The next thing to do, from reading or writing. Under the lock.
  Ending Advance() {
    if (ending_) return Ended(*ending_);
    if (source_->Take(message_)) {
      phase_ = Phase::kWriting;
      this->StartWrite(&message_);
      return std::nullopt;
    }
    const WatchState state = source_->state();
    if (state == WatchState::kOver) return Ended(grpc::Status::OK);
    if (poked_ || state == WatchState::kMore) return ReadAgain();
    phase_ = Phase::kIdle;
    return std::nullopt;
  }

  Ending ReadAgain() {
    phase_ = Phase::kReading;
    poked_ = false;
    if (parts_.pool.Continue([this] { Read(); })) return std::nullopt;
    return Ended(ShuttingDown());
  }

  Ending Ended(grpc::Status status) {
    phase_ = Phase::kEnded;
    return status;
  }

  void Conclude(const Ending& ending) {
    if (!ending) return;
    parts_.calls.Ended(ending->error_code());
    this->Finish(*ending);
  }

  // At once when idle, or as soon as what is under way is done.
  void AskToEnd(grpc::Status status) {
    Ending ending;
    {
      const std::lock_guard lock(mutex_);
      if (phase_ == Phase::kEnded) return;
      if (!ending_) ending_ = std::move(status);
      if (phase_ == Phase::kIdle) ending = Ended(*ending_);
    }
    Conclude(ending);
  }

  void OnWriteDone(bool ok) override {
    Ending ending;
    {
      const std::lock_guard lock(mutex_);
      if (!ok && !ending_) ending_ = CallerGone();
      ending = Advance();
    }
    Conclude(ending);
  }

  void OnCancel() override { AskToEnd(CallerGone()); }

  void OnDone() override {
    // Neither signals nor pokes after these two.
    source_.reset();
    parts_.hub.Leave(this);
    delete this;
  }

  void Poke() override {
    Ending ending;
    {
      const std::lock_guard lock(mutex_);
      if (phase_ == Phase::kIdle) {
        ending = ReadAgain();
      } else {
        poked_ = true;
      }
    }
    Conclude(ending);
  }

  void End() override { AskToEnd(ShuttingDown()); }
  void Abort() override { context_->TryCancel(); }

  [[nodiscard]] grpc::Status ShuttingDown() const {
    return rpc::ToGrpcStatus(
        MakeError(v1::ErrorReason::SHUTTING_DOWN,
                  std::string("The server is shutting down; watch again ") + how_to_go_on_ + "."));
  }
  static grpc::Status CallerGone() { return {grpc::StatusCode::CANCELLED, "The caller has gone."}; }

  const WatchParts parts_;
  grpc::CallbackServerContext* const context_;
  std::unique_ptr<WatchSource<Message>> source_;
  const char* const how_to_go_on_;  // asked for while the source may be reading

  std::mutex mutex_;
  Phase phase_ = Phase::kReading;  // Begin reads
  bool poked_ = false;             // since the last read began
  Ending ending_;                  // asked for; whoever reads or writes sees to it
  Message message_;                // being written
};

// A stream that ends before it has begun.
template <class Message>
class RefusedStream final : public grpc::ServerWriteReactor<Message> {
 public:
  explicit RefusedStream(const grpc::Status& status) { this->Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace edgeplane::admin
