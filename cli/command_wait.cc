#include "cli/command_wait.h"

#include <algorithm>
#include <chrono>

#include "base/setting_text.h"
#include "base/timestamp.h"
#include "cli/back_off.h"
#include "cli/command_view.h"
#include "cli/escape.h"
#include "cli/failure.h"
#include "cli/format.h"

namespace edgeplane::cli {
namespace {

using Steady = std::chrono::steady_clock;

// A stream is renewed this often, with a call in between that must be answered:
// on a line that died without a word nothing would ever arrive, and pings more
// frequent than a gRPC server likes end the connection (too_many_pings).
constexpr Duration kStreamTime = std::chrono::seconds(60);
// How long the server may be away before the wait is given up, and how long
// after its time a command may take to expire.
constexpr Duration kAwayMax = std::chrono::seconds(60);

class Follower {
 public:
  Follower(Client& client, const Wait& wait, const OnStep& on_step)
      : client_(client), wait_(wait), on_step_(on_step) {}

  Outcome Run(Time now) {
    if (std::optional<Outcome> failure = Look()) return *failure;
    const Duration until_expired = GetTime(command_.expire_time()) - now + kAwayMax;
    const Duration limit = wait_.limit ? *wait_.limit : std::max(until_expired, kAwayMax);
    end_ = Steady::now() + limit;
    for (;;) {
      const Duration left = TimeLeft();
      if (left <= Duration::zero()) return Unfinished(limit);
      Outcome stopped;
      const grpc::Status status = ReadStream(std::min(kStreamTime, left), stopped);
      if (!stopped.ok()) return stopped;
      if (IsFinal(state_)) return {ExitCodeOf(state_), {}};
      if (!MayResume(status)) return client_.Explain(status);
      if (std::optional<Outcome> failure = LookAgain()) return *failure;
      // All steps were sent, and the last is not among them: it is in the state.
      if (status.ok() && IsFinal(command_.state())) return {ExitCodeOf(command_.state()), {}};
    }
  }

 private:
  [[nodiscard]] Duration TimeLeft() const {
    return std::chrono::duration_cast<Duration>(end_ - Steady::now());
  }

  grpc::Status ReadStream(Duration time, Outcome& stopped) {
    grpc::ClientContext context;
    client_.PrepareContext(context, time);
    v1::WatchCommandRequest request;
    request.set_command_id(wait_.command_id);
    request.set_after_number(last_number_);
    const auto reader = client_.stub().WatchCommand(&context, request);
    v1::WatchCommandResponse response;
    while (reader->Read(&response)) {
      back_off_.Reset();
      // A server that repeats itself must not make us repeat it.
      if (response.step().number() <= last_number_) continue;
      last_number_ = response.step().number();
      state_ = response.step().state();
      stopped = on_step_(response);
      if (!stopped.ok()) {
        context.TryCancel();
        break;
      }
    }
    return reader->Finish();
  }

  std::optional<Outcome> Look() {
    v1::GetCommandRequest request;
    request.set_command_id(wait_.command_id);
    return client_.Call(&Client::Stub::GetCommand, request, command_);
  }

  // A server that goes away in the middle may be restarting: it is given time.
  std::optional<Outcome> LookAgain() {
    const Steady::time_point give_up = std::min(end_, Steady::now() + kAwayMax);
    for (;;) {
      back_off_.Pause(TimeLeft());
      std::optional<Outcome> failure = Look();
      if (!failure) return std::nullopt;
      if (failure->code != ExitCode::kUnreachable || Steady::now() > give_up) return failure;
    }
  }

  [[nodiscard]] Outcome Unfinished(Duration limit) const {
    return {ExitCode::kCommandUnfinished,
            {"the command is " + StateText(command_.state()) + " and has not ended within " +
                 (wait_.limit ? FormatDuration(limit) : FormatSpan(limit)) + "; it goes on.",
             "Run `edgeplane command watch " + EscapeForTerminal(wait_.command_id) +
                 "` to go on waiting."}};
  }

  Client& client_;
  const Wait& wait_;
  const OnStep& on_step_;
  Steady::time_point end_{};
  BackOff back_off_;
  int32_t last_number_ = 0;
  v1::Command::State state_ = v1::Command::QUEUED;
  v1::Command command_;  // as last looked at
};

}  // namespace

Outcome FollowCommand(Client& client, const Clock& clock, const Wait& wait, const OnStep& on_step) {
  if (std::optional<Outcome> failure = client.Prepare()) return *failure;
  return Follower(client, wait, on_step).Run(clock.Now());
}

}  // namespace edgeplane::cli
