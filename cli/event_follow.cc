#include "cli/event_follow.h"

#include <chrono>
#include <optional>
#include <utility>

#include "cli/back_off.h"
#include "cli/failure.h"

namespace edgeplane::cli {
namespace {

using Steady = std::chrono::steady_clock;

// A stream is renewed this often, with a call in between that must be answered, as
// in command_wait.cc: on a line that died without a word nothing would ever arrive.
constexpr Duration kStreamTime = std::chrono::seconds(60);
// How long the server may be away, or turn every stream away, before the watch is
// given up.
constexpr Duration kAwayMax = std::chrono::seconds(60);
// A stream that lasted as long was not turned away.
constexpr Duration kAccepted = std::chrono::seconds(5);

class Follower {
 public:
  Follower(Client& client, v1::WatchEventsRequest request, const OnMessage& on_message)
      : client_(client), request_(std::move(request)), on_message_(on_message) {}

  Outcome Run() {
    if (const grpc::Status there = Look(); !there.ok()) return client_.Explain(there);
    for (;;) {
      const Steady::time_point began = Steady::now();
      const grpc::Status status = ReadStream();
      if (stopped_) return {};
      if (!MayResume(status)) return GiveUp(status);
      if (Steady::now() > began + kAccepted) NoteThatItWorks();
      if (status.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED) back_off_.Pause(kAwayMax);
      if (const grpc::Status there = LookAgain(); !there.ok()) return GiveUp(there);
      if (!turned_away_since_) turned_away_since_ = Steady::now();
      if (Steady::now() > *turned_away_since_ + kAwayMax) return GiveUp(status);
    }
  }

 private:
  void NoteThatItWorks() {
    turned_away_since_.reset();
    back_off_.Reset();
  }

  grpc::Status ReadStream() {
    grpc::ClientContext context;
    client_.PrepareContext(context, kStreamTime);
    const auto reader = client_.stub().WatchEvents(&context, request_);
    v1::WatchEventsResponse response;
    while (reader->Read(&response)) {
      NoteThatItWorks();
      request_.set_resume_token(response.resume_token());
      if (on_message_(response)) continue;
      stopped_ = true;
      context.TryCancel();
      break;
    }
    return reader->Finish();
  }

  // Whether the server answers at all.
  grpc::Status Look() {
    grpc::ClientContext context;
    client_.PrepareContext(context, client_.timeout());
    v1::ListEventsRequest request;
    request.set_page_size(1);
    v1::ListEventsResponse page;
    return client_.stub().ListEvents(&context, request, &page);
  }

  // A server that goes away in the middle may be restarting: it is given time.
  grpc::Status LookAgain() {
    const Steady::time_point give_up = Steady::now() + kAwayMax;
    for (;;) {
      const grpc::Status status = Look();
      if (status.ok() || !MayResume(status) || Steady::now() > give_up) return status;
      back_off_.Pause(kAwayMax);
    }
  }

  [[nodiscard]] Outcome GiveUp(const grpc::Status& status) const {
    Outcome failure = client_.Explain(status);
    // Not for a token that the server does not take.
    if (MayResume(status) && !request_.resume_token().empty()) {
      failure.lines.push_back("To go on where this ended, watch the same with --resume-token " +
                              request_.resume_token() + ".");
    }
    return failure;
  }

  Client& client_;
  v1::WatchEventsRequest request_;
  const OnMessage& on_message_;
  bool stopped_ = false;
  BackOff back_off_;
  // Since when the server has answered, and let no stream live.
  std::optional<Steady::time_point> turned_away_since_;
};

}  // namespace

Outcome FollowEvents(Client& client, v1::WatchEventsRequest request, const OnMessage& on_message) {
  if (std::optional<Outcome> failure = client.CheckText(request)) return *failure;
  if (std::optional<Outcome> failure = client.Prepare()) return *failure;
  return Follower(client, std::move(request), on_message).Run();
}

}  // namespace edgeplane::cli
