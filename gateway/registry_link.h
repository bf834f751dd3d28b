// The stream behind a RegistryClient: links, repeats, reconnects with jitter, and goes
// from one registry to the next when a link ends, or when the lease is not renewed.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "edgeplane/v1/agent_registry.grpc.pb.h"
#include "gateway/lease.h"
#include "gateway/link_number.h"
#include "gateway/link_outbox.h"
#include "gateway/registry_client.h"
#include "gateway/welcome_timeout.h"

namespace edgeplane::gateway {

// Thread safe.
class RegistryLink {
 public:
  // `registries` as RegistryClient has them.
  RegistryLink(const std::string& gateway_id, std::vector<RegistryDialer> registries,
               const Clock& clock, GatewayMetrics& metrics);

  void Start() {
    thread_ = std::thread([this] { Run(); });
  }
  bool Stop(Duration timeout);
  bool WaitUntilLinked(Duration timeout) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, timeout, [this] { return linked_; });
  }
  bool linked() const {
    const std::lock_guard lock(mutex_);
    return linked_;
  }
  bool holds() const {
    const std::lock_guard lock(mutex_);
    return lease_.Holds(BootClock::now());
  }
  bool lease_ends() const {
    const std::lock_guard lock(mutex_);
    return lease_.IsEnding(BootClock::now());
  }
  // How often the lease was lost and regained (lease.h).
  int64_t lease_losses() const {
    const std::lock_guard lock(mutex_);
    return lease_.losses();
  }
  // How many links have begun.
  int64_t generation() const {
    const std::lock_guard lock(mutex_);
    return generation_;
  }
  bool congested() const {
    const std::lock_guard lock(mutex_);
    return outbox_.congested();
  }

  using Stub = v1::AgentRegistry::StubInterface;

  // The registry that has the link, or is asked for one: what else is asked goes there
  // too. Whoever asks holds on to it until there is an answer.
  std::shared_ptr<Stub> registry() const {
    const std::lock_guard lock(mutex_);
    return registry_;
  }

  // As RegistryClient has it.
  int64_t WhenTold(const std::string& agent_id, std::function<void()> told);
  void Forget(int64_t wait);

  template <class Change>
  void Tell(Change change) {
    const std::lock_guard lock(mutex_);
    change(outbox_);
    Pump();
  }

  const std::string& gateway_id() const { return gateway_id_; }
  const Clock& clock() const { return clock_; }
  GatewayMetrics& metrics() { return metrics_; }

 private:
  // One stream. Deletes nothing: Run() owns it and waits for OnDone.
  class Stream : public grpc::ClientBidiReactor<v1::GatewayMessage, v1::RegistryMessage> {
   public:
    explicit Stream(RegistryLink& link) : link_(link) {}
    void OnReadDone(bool ok) override {
      if (!ok) return link_.StreamBroken(*this);
      link_.Handle(in);
      StartRead(&in);
    }
    void OnWriteDone(bool ok) override {
      if (!ok) return;  // the read fails too, and ends the stream
      const std::lock_guard lock(link_.mutex_);
      writing = false;
      link_.Pump();
    }
    void OnDone(const grpc::Status& status) override {
      const std::lock_guard lock(link_.mutex_);
      result = status;
      done = true;
      link_.changed_.notify_all();
    }

    grpc::ClientContext context;
    v1::GatewayMessage out;
    v1::RegistryMessage in;
    bool writing = false;
    bool broken = false;
    bool done = false;
    grpc::Status result;

   private:
    RegistryLink& link_;
  };

  struct Registry {
    RegistryDialer dial;
    std::optional<std::string> last_failure;  // of a link to it, since one was welcomed by anybody
    // When it had let us wait for a welcome, or a renewal, until we left.
    std::optional<Lease::Moment> left_at;
    int timeouts = 0;  // welcomes that did not come in time, one after the other
  };

  struct Waiting {
    int64_t sequence;  // the last report to be confirmed
    std::function<void()> told;
  };

  void Run();
  void Dial(size_t registry);
  void DropUnused();
  // How long there was a link.
  Duration RunStream();
  bool Backoff(Duration delay);  // false: it is over
  void Pump();                   // with the lock held
  void Handle(const v1::RegistryMessage& message);
  void StreamBroken(Stream& stream);

  // --- with the lock held ---

  [[nodiscard]] Prospects ProspectsNow() const;
  // Whether it was left a short while ago, and not welcomed us since.
  [[nodiscard]] static bool IsLate(const Registry& registry);
  // Whether another registry may renew what this one does not.
  [[nodiscard]] bool IsToLeave() const;
  void Leave(Stream& stream);
  // Until the stream is done; asks for the lease now and then.
  void KeepLease(Stream& stream, std::unique_lock<std::mutex>& lock);
  // Whether it is for an agent that may be another's by now, as after a time in which
  // this process stood still. It goes nowhere then: the next link's Hello does not name
  // it, so it goes back to the queue.
  bool IsTooLate(const v1::RegistryMessage& message);
  std::vector<std::function<void()>> TakeToldBy(int64_t sequence);
  void NoteWelcome(const v1::Welcome& welcome);
  // Attempts that fail alike are said once of each registry.
  void NoteEnd(const grpc::Status& status);

  const std::string gateway_id_;
  const Clock& clock_;
  GatewayMetrics& metrics_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Registry> registries_;
  size_t current_ = 0;
  std::shared_ptr<Stub> registry_;  // as last dialed
  // Of one thread, Run()'s: that one, and those before it that somebody has still asked
  // when last looked at. The last of a channel is dropped here, never on a thread of
  // gRPC's, which 1.51 may then have wait for its own end.
  std::vector<std::shared_ptr<Stub>> dialed_;
  // A lease, since one was left for being late. Not one after the other is left while all
  // of them are slow, as with a database that has too much to do.
  bool renewed_ = true;
  LinkOutbox outbox_;
  Lease lease_;
  LinkNumber number_;
  // By the order in which they began, and so by sequence.
  std::map<int64_t, Waiting> waiting_;
  int64_t last_wait_ = 0;
  Stream* stream_ = nullptr;
  bool linked_ = false;
  std::chrono::steady_clock::time_point linked_since_;
  int64_t generation_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace edgeplane::gateway
