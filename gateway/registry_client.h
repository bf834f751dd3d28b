// The gateway's side of edgeplane.v1.AgentRegistry: asks for admission, keeps
// one Link, and makes sure that what must reach the registry does.
//
// Reports (acknowledgements, the ends of sessions, refusals) are kept until the
// registry confirms them and are repeated after a reconnect; applying one twice
// is harmless there. While no link stands they wait here, up to a bound:
// Congested() asks the sessions to stop reading, and refusals beyond three
// quarters of it are dropped and counted.
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

namespace grpc {
class Channel;
}

namespace edgeplane::gateway {

class GatewayMetrics;
class RegistryLink;

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
  virtual void OnEnd(v1::Disconnect reason) = 0;
};

struct AdmitQuestion {
  std::string agent_id;
  Secret bearer;
  std::string peer_address;
};

// There was no decision: the registry cannot be reached, or did not answer in
// time, or failed.
struct NoDecision {
  std::string detail;
};

using AdmitAnswer = std::variant<SessionKey, v1::RefusedAttempt, NoDecision>;

struct AckReport {
  std::string command_id;
  v1::CommandAck::Outcome outcome = v1::CommandAck::OUTCOME_UNSPECIFIED;
  std::string status;
  std::string error;
  Time time{};
  int64_t ordinal = 0;  // from 1, within the session
};

class RegistryClient {
 public:
  // The channel may reconnect by itself; the client never closes it.
  RegistryClient(const std::string& gateway_id, const std::shared_ptr<grpc::Channel>& channel,
                 const Clock& clock, GatewayMetrics& metrics);
  ~RegistryClient();  // stops
  RegistryClient(const RegistryClient&) = delete;
  RegistryClient& operator=(const RegistryClient&) = delete;

  void Start();
  [[nodiscard]] bool WaitUntilLinked(Duration timeout);
  [[nodiscard]] bool linked() const;
  // Waits up to `timeout` until everything reported is confirmed, then ends the
  // link. False when something was left over.
  bool Stop(Duration timeout);

  // `done` runs once, on another thread, within `timeout`. After an admission
  // SessionClosed must follow, whether or not SessionOpened did.
  void Admit(AdmitQuestion question, Duration timeout, std::function<void(AdmitAnswer)> done);

  void SessionOpened(const SessionKey& key, std::weak_ptr<SessionSink> sink);
  void SessionClosed(const SessionKey& key, v1::Disconnect reason,
                     std::vector<std::string> unwritten_command_ids);
  void Acknowledged(const SessionKey& key, AckReport report);
  void Written(const SessionKey& key, const std::string& command_id);
  void Refused(const v1::Refusal& refusal);

  [[nodiscard]] bool Congested() const;

 private:
  std::unique_ptr<RegistryLink> link_;
};

}  // namespace edgeplane::gateway
