// What a WatchEvents stream tells: every event from where it begins on, in the
// order they were stored, for ever.
//
// A resume token is the sequence of the event it came with (or the last one stored
// before the stream began), made and bound to the filter as page tokens are.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "edgeplane/v1/admin_service.pb.h"
#include "services/admin/page_token.h"
#include "services/admin/watch_source.h"
#include "services/registry/event_signals.h"
#include "storage/store.h"

namespace edgeplane::admin {

class EventWatch final : public WatchSource<v1::WatchEventsResponse> {
 public:
  struct Parts {
    storage::EventStore& store;
    registry::EventSignals& signals;
    const PageTokens& tokens;
  };

  // `request` has been accepted by Validate; RESUME_TOKEN_INVALID. The parts
  // outlive the result.
  static Result<std::unique_ptr<EventWatch>> Make(const Parts& parts,
                                                  const v1::WatchEventsRequest& request);

  void Subscribe(std::function<void()> poke) override;
  Status Read() override;  // RESUME_TOKEN_INVALID when the store is behind the token
  bool Take(v1::WatchEventsResponse& message) override;
  [[nodiscard]] WatchState state() const override;
  [[nodiscard]] const char* how_to_go_on() const override;

 private:
  EventWatch(const Parts& parts, const v1::EventFilter& filter, std::optional<int64_t> after);

  const Parts parts_;
  const v1::EventFilter filter_;
  const storage::EventFilter stored_filter_;
  std::unique_ptr<registry::EventSignals::Subscription> subscription_;
  // The sequence all up to which has been given or does not match; nothing until
  // the first read finds out where a stream without a token begins.
  std::optional<int64_t> after_;
  bool began_ = false;       // a read has succeeded
  bool tell_begin_ = false;  // the next message says where the stream begins
  // From the last read: those not given yet begin at next_.
  std::vector<storage::Event> events_;
  size_t next_ = 0;
};

}  // namespace edgeplane::admin
