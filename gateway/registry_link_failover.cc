// RegistryLink: which registry has the link, and when another one is to have it.
#include <grpcpp/channel.h>

#include <algorithm>
#include <random>

#include "gateway/registry_link.h"

namespace edgeplane::gateway {

namespace {

constexpr auto kBackoffMin = std::chrono::milliseconds(50);
constexpr auto kBackoffMax = std::chrono::seconds(2);
// What was the matter with a registry may be over after that.
constexpr auto kLateMax = std::chrono::minutes(1);

}  // namespace

void RegistryLink::Dial(size_t registry) {
  dialed_.push_back(v1::AgentRegistry::NewStub(registries_[registry].dial()));
  {
    const std::lock_guard lock(mutex_);
    current_ = registry;
    registry_ = dialed_.back();
  }
}

void RegistryLink::DropUnused() {
  // Nobody begins to use one that is not the last.
  std::erase_if(dialed_, [](const std::shared_ptr<Stub>& one) { return one.use_count() == 1; });
}

void RegistryLink::Run() {
  std::minstd_rand random(std::random_device{}());
  const size_t count = registries_.size();
  auto delay = std::chrono::milliseconds(kBackoffMin);
  size_t failed = 0;  // links, one after the other
  for (;;) {
    const Duration stood = RunStream();
    if (!Backoff(Duration::zero())) return;
    Dial((current_ + 1) % count);
    // A link that stood for a while was a good one: begin the back-off anew.
    if (stood > kBackoffMax) {
      delay = kBackoffMin;
      failed = 0;
    }
    std::uniform_int_distribution<int64_t> jitter(delay.count() / 2, delay.count());
    if (!Backoff(std::chrono::milliseconds(jitter(random)))) return;
    // Longer only when every one of them has failed once more.
    if (++failed % count == 0) delay = std::min<std::chrono::milliseconds>(delay * 2, kBackoffMax);
  }
}

bool RegistryLink::Backoff(Duration delay) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, delay, [this] { return stopping_; });
}

Prospects RegistryLink::ProspectsNow() const {
  const Registry& current = registries_[current_];
  Prospects prospects{.lease_left = lease_.Left(BootClock::now()),
                      .late = IsLate(current),
                      .timeouts = current.timeouts};
  for (const Registry& other : registries_) {
    if (&other == &current || IsLate(other)) continue;
    ++prospects.others;
    if (!other.last_failure) ++prospects.unfailed;
  }
  return prospects;
}

bool RegistryLink::IsLate(const Registry& registry) {
  return registry.left_at && BootClock::now() < *registry.left_at + kLateMax;
}

bool RegistryLink::IsToLeave() const {
  const auto now = BootClock::now();
  return registries_.size() > 1 && lease_.IsOverdue(now) && (renewed_ || !lease_.Holds(now));
}

void RegistryLink::Leave(Stream& stream) {
  registries_[current_].left_at = BootClock::now();
  renewed_ = false;
  stream.context.TryCancel();
}

}  // namespace edgeplane::gateway
