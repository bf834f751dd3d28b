// Keeps what is concluded from a gateway's Hello apart from what changes
// meanwhile.
//
// Reconciling compares the sessions and commands a gateway holds with those in
// the store. A command claimed but not yet sent, or a session opened but not yet
// told, would be missing on one side and be given back, and then go out twice.
// So whoever claims or opens for a gateway passes its gate, and reconciling
// closes it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

namespace edgeplane::registry {

// Thread safe.
class GatewayGate : public std::enable_shared_from_this<GatewayGate> {
 public:
  using Span = std::chrono::milliseconds;

  // To be inside, or to have it closed; ends when it is destroyed.
  template <void (GatewayGate::*leave)()>
  class Hold {
   public:
    explicit Hold(std::shared_ptr<GatewayGate> gate) : gate_(std::move(gate)) {}
    ~Hold() {
      if (gate_) (gate_.get()->*leave)();
    }
    Hold(Hold&&) noexcept = default;
    Hold& operator=(Hold&&) = delete;

   private:
    std::shared_ptr<GatewayGate> gate_;
  };

 private:
  void Leave();
  void Reopen();

 public:
  using Pass = Hold<&GatewayGate::Leave>;
  using Closure = Hold<&GatewayGate::Reopen>;

  // Nothing while it is closed (or still is, after `wait_max`). Never waits for
  // others that are inside.
  [[nodiscard]] std::optional<Pass> Enter(Span wait_max = Span(0));
  // Lets nobody in any more and waits for those inside; nothing (and open again)
  // if they are not out after `wait_max`.
  [[nodiscard]] std::optional<Closure> Close(Span wait_max);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int inside_ = 0;
  bool closed_ = false;
};

}  // namespace edgeplane::registry
