#include "services/admin/command_watch.h"

#include <utility>

#include "services/admin/convert.h"
#include "services/rpc/status.h"

namespace edgeplane::admin {
namespace {

grpc::Status ShuttingDown() {
  return rpc::ToGrpcStatus(
      MakeError(v1::ErrorReason::SHUTTING_DOWN,
                "The server is shutting down; watch again with after_number set to the last "
                "step's number."));
}

grpc::Status CallerGone() { return {grpc::StatusCode::CANCELLED, "The caller has gone."}; }

}  // namespace

CommandWatch* CommandWatch::Start(const Parts& parts, grpc::CallbackServerContext* context,
                                  const v1::WatchCommandRequest& request) {
  auto* watch = new CommandWatch(parts, context, request);
  watch->Begin();  // may end it already, but OnDone waits for the method to return
  return watch;
}

CommandWatch::CommandWatch(const Parts& parts, grpc::CallbackServerContext* context,
                           const v1::WatchCommandRequest& request)
    : parts_(parts),
      context_(context),
      command_id_(CanonicalUuid(request.command_id())),
      sent_(request.after_number()) {}

void CommandWatch::Begin() {
  if (Status joined = parts_.hub.Join(this); !joined.ok()) {
    return EndWith(rpc::ToGrpcStatus(joined.error()));
  }
  // Before the first read, so that no change can fall in between.
  subscription_ = parts_.signals.Subscribe(command_id_, [this] { Poke(); });
  if (!parts_.pool.TrySubmit([this] { Read(); })) {
    EndWith(rpc::ToGrpcStatus(
        MakeError(v1::ErrorReason::SERVER_OVERLOADED,
                  "The server has more calls waiting than it can hold; try again in a moment.")));
  }
}

void CommandWatch::EndWith(grpc::Status status) {
  Ending ending;
  {
    const std::lock_guard lock(mutex_);
    ending = Ended(std::move(status));
  }
  Conclude(ending);
}

void CommandWatch::Read() {
  auto command = parts_.store.GetCommand(command_id_);
  Ending ending;
  {
    const std::lock_guard lock(mutex_);
    if (!command.ok()) {
      ending = Ended(rpc::ToGrpcStatus(command.error()));
    } else {
      std::erase_if(command->history, [this](const auto& step) { return step.number <= sent_; });
      steps_ = std::move(command->history);
      next_ = 0;
      final_ = storage::IsFinal(command->state);
      ending = Advance();
    }
  }
  Conclude(ending);
}

CommandWatch::Ending CommandWatch::Advance() {
  if (ending_) return Ended(*ending_);
  if (next_ < steps_.size()) {
    phase_ = Phase::kWriting;
    message_.set_command_id(command_id_);
    *message_.mutable_step() = ToProto(steps_[next_]);
    StartWrite(&message_);
    return std::nullopt;
  }
  if (final_) return Ended(grpc::Status::OK);
  if (poked_) return ReadAgain();
  phase_ = Phase::kIdle;
  return std::nullopt;
}

CommandWatch::Ending CommandWatch::ReadAgain() {
  phase_ = Phase::kReading;
  poked_ = false;
  if (parts_.pool.Continue([this] { Read(); })) return std::nullopt;
  return Ended(ShuttingDown());
}

CommandWatch::Ending CommandWatch::Ended(grpc::Status status) {
  phase_ = Phase::kEnded;
  return status;
}

void CommandWatch::Conclude(const Ending& ending) {
  if (!ending) return;
  parts_.calls.Ended(ending->error_code());
  Finish(*ending);
}

void CommandWatch::OnWriteDone(bool ok) {
  Ending ending;
  {
    const std::lock_guard lock(mutex_);
    if (!ok && !ending_) ending_ = CallerGone();
    sent_ = steps_[next_++].number;
    ending = Advance();
  }
  Conclude(ending);
}

void CommandWatch::Poke() {
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

void CommandWatch::End() { AskToEnd(ShuttingDown()); }

void CommandWatch::OnCancel() { AskToEnd(CallerGone()); }

void CommandWatch::AskToEnd(grpc::Status status) {
  Ending ending;
  {
    const std::lock_guard lock(mutex_);
    if (phase_ == Phase::kEnded) return;
    if (!ending_) ending_ = std::move(status);
    if (phase_ == Phase::kIdle) ending = Ended(*ending_);
  }
  Conclude(ending);
}

void CommandWatch::OnDone() {
  // Neither signals nor pokes after these two.
  subscription_.reset();
  parts_.hub.Leave(this);
  delete this;
}

}  // namespace edgeplane::admin
