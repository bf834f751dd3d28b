// What the gateway has to tell the registry and what it holds: the state behind
// a Link that outlives any one stream. Not thread safe.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "edgeplane/v1/agent_registry.pb.h"
#include "gateway/registry_client.h"

namespace edgeplane::gateway {

class LinkOutbox {
 public:
  static constexpr size_t kReportsMax = 65'536;

  explicit LinkOutbox(std::string gateway_id) : gateway_id_(std::move(gateway_id)) {}

  // A stream begins: Hello goes first, and at once behind it the sessions there
  // was no room for in it and every report that is not confirmed, which Hello
  // announces.
  v1::GatewayMessage Begin(std::string_view version);
  // The next message to send, in order; nothing when all is sent. Until the
  // registry has welcomed the gateway, only the repeats Hello announced.
  std::optional<v1::GatewayMessage> Next(bool welcomed);
  void Confirm(int64_t sequence);

  void Hold(const SessionKey& key);  // admitted, not yet open
  void Opened(const SessionKey& key, std::weak_ptr<SessionSink> sink);
  // A report that must survive.
  void Add(v1::GatewayMessage message);
  // One that only matters on the present stream.
  void AddPassing(v1::GatewayMessage message) { passing_.push_back(std::move(message)); }

  // Notes that the command has arrived here, and says who takes it.
  std::shared_ptr<SessionSink> Delivered(const v1::Deliver& command);
  std::shared_ptr<SessionSink> Sink(const std::string& session_id) const;

  [[nodiscard]] size_t unconfirmed() const { return reports_.size(); }

 private:
  struct Held {
    SessionKey key;
    std::weak_ptr<SessionSink> sink;
    // Nothing when they became too many to remember.
    std::optional<std::set<std::string>> unacknowledged = std::set<std::string>();
  };

  static v1::Hello::HeldSession ToHeldSession(const Held& held);

  const std::string gateway_id_;
  int64_t last_sequence_ = 0;
  int64_t repeats_through_ = 0;
  std::deque<v1::GatewayMessage> introduction_;  // what follows Hello, not sent yet
  std::deque<v1::GatewayMessage> reports_;       // not confirmed, by sequence
  size_t sent_ = 0;                              // of these, on the present stream
  std::deque<v1::GatewayMessage> passing_;
  // Until its end is confirmed, so that Hello never makes the registry guess how
  // a session ended.
  std::map<std::string, Held> held_;
};

}  // namespace edgeplane::gateway
