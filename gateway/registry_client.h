// The gateway's side of edgeplane.v1.AgentRegistry: asks its questions, keeps one
// Link, and makes sure that what must reach the registry does. Of several registries
// (of one database) all goes to one at a time: the one that has the link.
//
// Reports (acknowledgements, events, the ends of sessions, refusals) are kept until
// the registry confirms them and are repeated after a reconnect; applying one
// twice is harmless there. While no link stands they wait here, up to a bound in
// number and bytes. Beyond half of it what can be spared is dropped and counted:
// refusals, status, events (nobody acknowledges those, so they come again), the
// results of acknowledgements, and which syncs were not answered. Only what nobody
// says twice fills the next quarter; then Congested() asks the sessions to stop
// reading, which costs them their pings, and in the end their connections.
//
// Thread safe. Nothing here blocks but WaitUntilLinked and Stop.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "edgeplane/v1/agent_registry.pb.h"
#include "edgeplane/v1/reason.pb.h"
#include "edgeplane/v1/refusal.pb.h"
#include "gateway/registry_dialer.h"

namespace edgeplane::gateway {

class GatewayMetrics;
enum class DroppedReport : uint8_t;
class RegistryCalls;
class RegistryLink;
class UnansweredCommands;

struct SessionKey {
  std::string agent_id;
  std::string session_id;
  int64_t epoch = 0;
};

// What the registry directs at one session. Called on a thread of gRPC's: must
// hand over and return.
class SessionSink {
 public:
  virtual ~SessionSink() = default;
  virtual void OnDeliver(v1::Deliver command) = 0;
  virtual void OnConfig(v1::DeliverConfig config) = 0;
  // The event that EventHappened reported is durable.
  virtual void OnEventStored(std::string id_json) = 0;
  virtual void OnEnd(v1::Disconnect reason) = 0;
};

// Who asks, as far as the gateway read it from the request.
struct Caller {
  std::string agent_id;  // may be empty where only the bearer tells
  Secret bearer;
  std::string peer_address;
};

// There was no decision: the registry cannot be reached, or did not answer in
// time, or failed (REGISTRY_UNAVAILABLE), or has more to do than it can hold
// (OVERLOADED).
struct NoDecision {
  std::string detail;
  v1::Reason reason = v1::REGISTRY_UNAVAILABLE;
  // What was asked for may have been done all the same. Not where the call never
  // left, or was turned away.
  bool may_have_acted = false;
};

template <class... Yes>
using Decision = std::variant<Yes..., v1::RefusedAttempt, NoDecision>;

using AdmitAnswer = Decision<SessionKey>;
using SyncAnswer = Decision<v1::SyncResponse::Result>;
using AcknowledgeAnswer = Decision<v1::AcknowledgeResponse::Verdict>;

struct Registered {
  std::string agent_id;
  Secret secret;  // empty but for a new agent that asked for one
};
using RegisterAnswer = Decision<Registered>;

struct AgentUnknown {};
using DescribeAnswer = Decision<v1::DescribeAgentResponse::Description, AgentUnknown>;

struct AckReport {
  std::string command_id;
  v1::CommandAck::Outcome outcome = v1::CommandAck::OUTCOME_UNSPECIFIED;
  std::string status;
  std::string error;
  std::string result_json;
  Time time{};
  int64_t ordinal = 0;  // from 1, within the session
};

struct RegisterQuestion {
  std::string user_phone;
  Secret token;
  bool issue_secret = false;
  std::string peer_address;
};

class RegistryClient {
 public:
  // One for each registry, at least one, in the order in which they are tried.
  RegistryClient(const std::string& gateway_id, std::vector<RegistryDialer> registries,
                 const Clock& clock, GatewayMetrics& metrics);
  ~RegistryClient();  // stops
  RegistryClient(const RegistryClient&) = delete;
  RegistryClient& operator=(const RegistryClient&) = delete;

  void Start();
  [[nodiscard]] bool WaitUntilLinked(Duration timeout);
  [[nodiscard]] bool linked() const;
  // Whether agents may be held and taken: the lease runs (lease.h).
  [[nodiscard]] bool holds() const;
  // It does not, and who is still here has to be cut off.
  [[nodiscard]] bool lease_ends() const;
  // How often it was lost and regained: whoever was held before is to go.
  [[nodiscard]] int64_t lease_losses() const;
  // Waits up to `timeout` until everything reported is confirmed, then ends the
  // link. False when something was left over.
  bool Stop(Duration timeout);

  // Of every question `done` runs once, on another thread, within `timeout`.
  template <class Answer>
  using Done = std::function<void(Answer)>;
  // After an admission SessionClosed must follow, whether or not SessionOpened
  // did.
  void Admit(Caller caller, Duration timeout, Done<AdmitAnswer> done);
  // Here and in Acknowledge, `request` holds all but the caller. Where the answer
  // does not reach the agent, or there is none and the registry may have acted,
  // SyncUnanswered must follow.
  void Sync(Caller caller, v1::SyncRequest request, Duration timeout, Done<SyncAnswer> done);
  void Acknowledge(Caller caller, v1::AcknowledgeRequest request, Duration timeout,
                   Done<AcknowledgeAnswer> done);
  void Register(RegisterQuestion question, Duration timeout, Done<RegisterAnswer> done);
  // `caller` names the agent that is asked about.
  void DescribeAgent(Caller caller, Duration timeout, Done<DescribeAnswer> done);

  // Runs `told` once, on a thread of gRPC's, when everything reported before this
  // call is confirmed; 0, and it never runs, where there is nothing of this agent's
  // to wait for: no session is held, or all is confirmed. Whoever waits no longer
  // must Forget.
  [[nodiscard]] int64_t WhenTold(const std::string& agent_id, std::function<void()> told);
  void Forget(int64_t wait);

  void SessionOpened(const SessionKey& key, std::weak_ptr<SessionSink> sink);
  // `written` as in v1::SessionClosed.
  void SessionClosed(const SessionKey& key, v1::Disconnect reason,
                     const UnansweredCommands& written);
  void Acknowledged(const SessionKey& key, AckReport report);
  void Written(const SessionKey& key, const std::string& command_id);
  void ConfigWritten(const SessionKey& key, int64_t version);
  // `id_json` comes back in OnEventStored.
  void EventHappened(const SessionKey& key, v1::ReportedEvent event, std::string id_json);
  void StatusSaid(const SessionKey& key, std::string status_json);
  // May be dropped: the registry takes back by itself, if later, what a sync has
  // handed out and nobody answers.
  void SyncUnanswered(const std::string& agent_id, const std::string& sync_id);
  void Refused(const v1::Refusal& refusal);

  [[nodiscard]] bool Congested() const;

 private:
  void AddUnlessScarce(v1::GatewayMessage message, DroppedReport kind, std::string event_id_json);

  const std::unique_ptr<RegistryLink> link_;
  const std::unique_ptr<RegistryCalls> calls_;
};

}  // namespace edgeplane::gateway
