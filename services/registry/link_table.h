// The links of this registry: every stream that is open, and which of them
// speaks for which gateway.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "services/registry/gateway_gate.h"

namespace edgeplane::registry {

class Link;

// Thread safe.
class LinkTable {
 public:
  // A stream has opened. False once CloseAll was called: end it.
  [[nodiscard]] bool Adopt(const std::shared_ptr<Link>& link);
  // Its stream is done with.
  void Release(const Link* link);

  // From now on `link` speaks for the gateway; gives the one that did.
  std::shared_ptr<Link> Seat(const std::string& gateway_id, const std::shared_ptr<Link>& link);
  // The link has ended; nothing if another one is seated by now.
  void Unseat(const std::string& gateway_id, const Link* link);
  [[nodiscard]] std::shared_ptr<Link> Find(const std::string& gateway_id) const;
  [[nodiscard]] std::vector<std::shared_ptr<Link>> Seated() const;
  // One per gateway as long as anybody holds it.
  std::shared_ptr<GatewayGate> Gate(const std::string& gateway_id);

  // Ends links that have not been welcomed and from which nothing has come since
  // `before`.
  void EndSilent(Time before);
  // Ends those whose gateway has not renewed its lease since `before`.
  void EndLapsed(Time before);
  // Takes no more links, ends all there are, and breaks those that have not gone
  // after `patience`. True when none is left after twice that.
  bool CloseAll(const Status& status, std::chrono::milliseconds patience);

 private:
  std::vector<std::shared_ptr<Link>> All() const;
  bool WaitUntilEmpty(std::chrono::milliseconds wait_max);

  mutable std::mutex mutex_;
  std::condition_variable emptied_;
  bool closed_ = false;
  std::map<const Link*, std::shared_ptr<Link>> links_;
  std::map<std::string, std::shared_ptr<Link>> seats_;
  std::map<std::string, std::weak_ptr<GatewayGate>> gates_;
};

}  // namespace edgeplane::registry
