#include "services/registry/awaited_sessions.h"

#include <algorithm>
#include <utility>

#include "services/registry/registry_parts.h"
#include "services/registry/store_failure.h"

namespace edgeplane::registry {
namespace {

// What one look asks the store at most.
constexpr size_t kChecksPerLook = 256;

Duration LongestOf(const std::vector<storage::AwaitedSession>& sessions) {
  Duration longest{};
  for (const storage::AwaitedSession& session : sessions) {
    longest = std::max(longest, session.lease_left);
  }
  return longest;
}

}  // namespace

void AwaitedSessions::Await(const std::string& agent_id, const std::string& gateway_id,
                            const std::vector<storage::AwaitedSession>& sessions, Done done) {
  const auto wait = std::make_shared<Wait>();
  wait->agent_id = agent_id;
  wait->gateway_id = gateway_id;
  for (const storage::AwaitedSession& session : sessions) {
    wait->session_ids.insert(session.session_id);
  }
  wait->open = wait->session_ids;
  wait->lease_left = LongestOf(sessions);
  wait->deadline = std::chrono::steady_clock::now() + kWaitMax;
  wait->done = std::move(done);
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    full = stopped_ || waits_.size() >= kWaitsMax;
    waits_.insert(wait);
    for (const std::string& session_id : wait->session_ids) by_session_[session_id].insert(wait);
  }
  if (full) return Finish(wait, false);
  // The word may have come between the grant and now.
  Check(wait);
}

void AwaitedSessions::Closed(const std::string& session_id) {
  std::vector<WaitPointer> ready;
  {
    const std::lock_guard lock(mutex_);
    const auto waits = by_session_.find(session_id);
    if (waits == by_session_.end()) return;
    for (const WaitPointer& wait : waits->second) {
      wait->open.erase(session_id);
      if (wait->open.empty()) ready.push_back(wait);
    }
  }
  for (const WaitPointer& wait : ready) Finish(wait, true);
}

void AwaitedSessions::Look() {
  std::vector<WaitPointer> late, others;
  {
    const std::lock_guard lock(mutex_);
    const Moment now = std::chrono::steady_clock::now();
    for (const WaitPointer& wait : waits_) (wait->deadline <= now ? late : others).push_back(wait);
  }
  for (const WaitPointer& wait : late) Finish(wait, false);
  std::sort(others.begin(), others.end(), [](const WaitPointer& one, const WaitPointer& other) {
    return one->deadline < other->deadline;
  });
  others.resize(std::min(others.size(), kChecksPerLook));
  for (const WaitPointer& wait : others) {
    // Where the pool takes no more, this ends soon.
    static_cast<void>(parts_.pool.Continue([this, wait] { Check(wait); }));
  }
}

void AwaitedSessions::Check(const WaitPointer& wait) {
  const auto awaited = parts_.store.ListAwaitedSessions(wait->agent_id, wait->gateway_id);
  if (!awaited.ok()) {
    static_cast<void>(StoreFailed("ListAwaitedSessions", awaited.error()));
    return;
  }
  if (awaited->empty()) return Finish(wait, true);
  const std::lock_guard lock(mutex_);
  wait->lease_left = LongestOf(*awaited);
}

void AwaitedSessions::Finish(const WaitPointer& wait, bool closed) {
  Done done;
  Outcome outcome{closed, {}};
  {
    const std::lock_guard lock(mutex_);
    if (waits_.erase(wait) == 0) return;
    for (const std::string& session_id : wait->session_ids) {
      const auto waits = by_session_.find(session_id);
      waits->second.erase(wait);
      if (waits->second.empty()) by_session_.erase(waits);
    }
    done = std::move(wait->done);
    outcome.lease_left = wait->lease_left;
  }
  // Whoever brings the word must not block. A pool that takes no more is one that
  // stops, and then nobody is held up.
  const auto run = [done, outcome] { done(outcome); };
  if (!parts_.pool.Continue(run)) run();
}

void AwaitedSessions::Stop() {
  std::vector<WaitPointer> waits;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    waits.assign(waits_.begin(), waits_.end());
  }
  for (const WaitPointer& wait : waits) Finish(wait, false);
}

size_t AwaitedSessions::size() const {
  const std::lock_guard lock(mutex_);
  return waits_.size();
}

}  // namespace edgeplane::registry
