#include "services/admin/event_watch.h"

#include <string>
#include <utility>

#include "base/setting_text.h"
#include "services/admin/convert.h"

namespace edgeplane::admin {
namespace {

// Apart from the page tokens of ListEvents, which count the other way.
constexpr char kListName[] = "events watched";

// What one stream holds of the store's: an event more than the bytes at most.
constexpr size_t kEventsPerRead = 64;
constexpr size_t kBytesPerRead = 64 * 1024;

Error Invalid(const char* why) {
  return MakeError(
      v1::ErrorReason::RESUME_TOKEN_INVALID,
      std::string(why) + " Begin without one, and use ListEvents for what happened before.");
}

}  // namespace

Result<std::unique_ptr<EventWatch>> EventWatch::Make(const Parts& parts,
                                                     const v1::WatchEventsRequest& request) {
  std::optional<int64_t> after;
  if (!request.resume_token().empty()) {
    const auto cursor = parts.tokens.Open(kListName, request.filter(), request.resume_token());
    if (cursor) after = ParseWholeNumber(*cursor);
    if (!after || *after < 0) return Invalid("The resume token was not made for this filter.");
  }
  return std::unique_ptr<EventWatch>(new EventWatch(parts, request.filter(), after));
}

EventWatch::EventWatch(const Parts& parts, const v1::EventFilter& filter,
                       std::optional<int64_t> after)
    : parts_(parts), filter_(filter), stored_filter_(FromProto(filter)), after_(after) {}

void EventWatch::Subscribe(std::function<void()> poke) {
  subscription_ = parts_.signals.Subscribe(std::move(poke));
}

Status EventWatch::Read() {
  events_.clear();
  next_ = 0;
  // Also what makes looking in vain cheap, and what keeps a filter that matches
  // little from looking at the same events again and again.
  const auto last = parts_.store.LastEventSequence();
  if (!last.ok()) return last.error();
  if (!after_) {
    after_ = *last;
    tell_begin_ = true;
  } else if (!began_ && *after_ > *last) {
    return Invalid(
        "The resume token is newer than all that is stored: the store has been set "
        "back, from a backup perhaps.");
  }
  began_ = true;
  if (*last <= *after_) return {};
  auto events = parts_.store.ReadEvents(stored_filter_, *after_, kEventsPerRead, kBytesPerRead);
  if (!events.ok()) return events.error();
  events_ = std::move(*events);
  if (events_.empty()) after_ = *last;
  return {};
}

bool EventWatch::Take(v1::WatchEventsResponse& message) {
  message.Clear();
  if (tell_begin_) {
    tell_begin_ = false;
  } else if (next_ < events_.size()) {
    const storage::Event& event = events_[next_++];
    after_ = event.sequence;
    *message.mutable_event() = ToProto(event);
  } else {
    return false;
  }
  message.set_resume_token(parts_.tokens.Make(kListName, filter_, std::to_string(*after_)));
  return true;
}

WatchState EventWatch::state() const {
  return events_.empty() ? WatchState::kWaiting : WatchState::kMore;
}

const char* EventWatch::how_to_go_on() const { return "with the resume_token of the last message"; }

}  // namespace edgeplane::admin
