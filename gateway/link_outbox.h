// What the gateway has to tell the registry and what it holds: the state behind
// a Link that outlives any one stream. Not thread safe.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "gateway/registry_client.h"
#include "gateway/unanswered_commands.h"

namespace edgeplane::gateway {

class LinkOutbox {
 public:
  // What waits for its confirmation. Above half of either there is room only for
  // what must be told; above three quarters nothing more is read from agents, so
  // that the rest is room for what is under way.
  static constexpr size_t kReportsMax = 65'536;
  static constexpr size_t kBytesMax = size_t{64} * 1024 * 1024;

  explicit LinkOutbox(std::string gateway_id) : gateway_id_(std::move(gateway_id)) {}

  // A stream begins: Hello goes first, and at once behind it the sessions there
  // was no room for in it and every report that is not confirmed, which Hello
  // announces.
  // `link` is its number.
  v1::GatewayMessage Begin(std::string_view version, int64_t link = 0);
  // The next message to send, in order; nothing when all is sent. Until the
  // registry has welcomed the gateway, only the repeats Hello announced.
  std::optional<v1::GatewayMessage> Next(bool welcomed);
  // An event of an agent that is still here and that the registry has stored.
  struct StoredEvent {
    std::shared_ptr<SessionSink> sink;
    std::string id_json;
  };
  // Everything up to `sequence` is durable; says which events are among it.
  std::vector<StoredEvent> Confirm(int64_t sequence);

  // The registry is asked whether the agent may connect.
  void Asked(const std::string& agent_id) { ++asked_[agent_id]; }
  // It has answered: with `key` where it admitted the agent, whose session is not open
  // yet. False: that has been reported as closed, so it may not be opened.
  bool Answered(const std::string& agent_id, const SessionKey* key, Time now);
  // Gives the reason where the registry has ended the session already.
  std::optional<v1::Disconnect> Opened(const SessionKey& key, std::weak_ptr<SessionSink> sink);
  // `written`: the commands of it that were written and not answered.
  void Closed(const SessionKey& key, v1::Disconnect reason, const UnansweredCommands& written,
              Time now);
  // A report that must survive. `event_id_json` where it is an event.
  void Add(v1::GatewayMessage message, std::string event_id_json = {});
  // The lease is asked for under this number. Goes before every report, however many
  // there are: the registry renews beside them.
  void AskLease(int64_t number) { lease_asked_ = number; }
  // One that only matters on the present stream.
  void AddPassing(v1::GatewayMessage message) { passing_.push_back(std::move(message)); }

  // Notes that the command has arrived here, and says who takes it.
  std::shared_ptr<SessionSink> Delivered(const v1::Deliver& command);
  std::shared_ptr<SessionSink> Configured(const v1::DeliverConfig& config);
  std::shared_ptr<SessionSink> Sink(const std::string& session_id) const;
  // The registry has a session end, and may wait for that before it lets somebody
  // else have the agent. Gives who holds it. One that is not open yet ends when it is;
  // one that is not known here is reported as closed, and will not be opened, as soon as
  // no answer is on its way that may bring it.
  std::shared_ptr<SessionSink> Ended(const v1::EndSession& end, Time now);

  // The last report there is, where a session of this agent is held and not
  // everything is confirmed; else 0.
  [[nodiscard]] int64_t PendingFor(const std::string& agent_id) const;
  [[nodiscard]] size_t unconfirmed() const { return reports_.size(); }
  [[nodiscard]] bool scarce() const { return Beyond(2, 4); }
  [[nodiscard]] bool congested() const { return Beyond(3, 4); }

 private:
  struct Report {
    v1::GatewayMessage message;
    std::string event_id_json;
    size_t bytes = 0;
  };
  struct Held {
    SessionKey key;
    bool open = false;  // its upgrade has been completed
    std::weak_ptr<SessionSink> sink;
    std::optional<v1::Disconnect> ended;  // before it was open
    UnansweredCommands unacknowledged;
    int64_t unwritten_config_version = 0;
  };

  // Far more than may still come.
  static constexpr size_t kNeverHeldMax = 65'536;

  static v1::Hello::HeldSession ToHeldSession(const Held& held);
  [[nodiscard]] bool Beyond(size_t part, size_t of) const {
    return reports_.size() > kReportsMax / of * part || bytes_ > kBytesMax / of * part;
  }
  Held& HeldOf(const SessionKey& key);
  void Release(const std::string& session_id);
  void ReportNeverHeld(const v1::EndSession& end, Time now);
  // What the message says of the session it comes from.
  void Note(const v1::GatewayMessage& message);

  const std::string gateway_id_;
  int64_t last_sequence_ = 0;
  int64_t repeats_through_ = 0;
  std::deque<v1::GatewayMessage> introduction_;  // what follows Hello, not sent yet
  std::deque<Report> reports_;                   // not confirmed, by sequence
  size_t bytes_ = 0;                             // of these
  size_t sent_ = 0;                              // of these, on the present stream
  std::optional<int64_t> lease_asked_;           // not sent yet
  std::deque<v1::GatewayMessage> passing_;
  // Until its end is confirmed, so that Hello never makes the registry guess how
  // a session ended.
  std::map<std::string, Held> held_;
  std::map<std::string, size_t> held_by_agent_;  // how many; none is 0
  std::map<std::string, size_t> asked_;          // answers on their way, by agent
  // Ended before an answer brought them, by agent.
  std::multimap<std::string, v1::EndSession> early_ends_;
  std::unordered_set<std::string> never_held_;
  std::deque<std::string> never_held_order_;  // the oldest first
};

}  // namespace edgeplane::gateway
