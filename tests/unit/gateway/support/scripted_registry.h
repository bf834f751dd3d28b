// A registry for tests of the gateway: a real AgentRegistry service behind an
// in-process channel, which records what it is told and says what the test wants
// said.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "edgeplane/v1/agent_registry.pb.h"
#include "edgeplane/v1/error_reason.pb.h"
#include "gateway/registry_dialer.h"

namespace edgeplane::gateway {

// Behind every wait of these tests: long enough for any machine under any
// sanitizer, and reached only when a test fails.
inline constexpr std::chrono::seconds kPatience(30);

// Thread safe.
class ScriptedRegistry {
 public:
  using IsWanted = std::function<bool(const v1::GatewayMessage&)>;
  // No answer: the call stays open until it is cancelled.
  using Decision = std::function<std::optional<v1::AdmitResponse>(const v1::AdmitRequest&)>;

  ScriptedRegistry();
  ~ScriptedRegistry();
  ScriptedRegistry(const ScriptedRegistry&) = delete;
  ScriptedRegistry& operator=(const ScriptedRegistry&) = delete;

  std::shared_ptr<grpc::Channel> channel();
  RegistryDialer dialer() {
    return [this] { return channel(); };
  }

  // At first everybody is admitted, as session-of-ID.
  void Decide(Decision decision);
  // From now on every call but Link fails with this.
  void FailCalls(v1::ErrorReason::Code reason);
  static v1::AdmitResponse Admitted(const std::string& session_id, int64_t epoch = 1);
  static v1::AdmitResponse Refused(v1::Reason reason, const std::string& detail = "");
  // Waits until so many Admits have come in since the start.
  bool AwaitAdmits(size_t count);
  [[nodiscard]] std::vector<v1::AdmitRequest> admits() const;

  // The other calls. At first a sync hands out nothing, every acknowledgement is
  // applied, and the rest gets an empty answer, which is no decision.
  template <class Request, class Response>
  using Script = std::function<std::optional<Response>(const Request&)>;
  void OnSync(Script<v1::SyncRequest, v1::SyncResponse> script);
  void OnAcknowledge(Script<v1::AcknowledgeRequest, v1::AcknowledgeResponse> script);
  void OnRegister(Script<v1::RegisterRequest, v1::RegisterResponse> script);
  void OnDescribeAgent(Script<v1::DescribeAgentRequest, v1::DescribeAgentResponse> script);
  [[nodiscard]] std::vector<v1::SyncRequest> syncs() const;
  [[nodiscard]] std::vector<v1::AcknowledgeRequest> acknowledges() const;
  [[nodiscard]] std::vector<v1::RegisterRequest> registers() const;
  [[nodiscard]] std::vector<v1::DescribeAgentRequest> describes() const;
  bool AwaitSyncs(size_t count);

  // At first links are welcomed, without a lease, and reports confirmed.
  void Welcome(bool welcome);
  // From the next Hello on, and with each renewal.
  void GrantLease(std::chrono::microseconds lease);
  // At first leases are renewed, whenever that is asked for.
  void Renew(bool renew);
  // From now on only when the next renewal is asked for.
  void RenewLate();
  void Confirm(bool confirm);
  // Ends the present link; new ones are failed at once while `refuse_new`.
  void BreakLink(bool refuse_new = false);
  void AllowLinks();
  // Waits until so many links have been begun since the start.
  bool AwaitLinks(size_t count);

  void Deliver(const v1::Deliver& command);
  void DeliverConfig(const v1::DeliverConfig& config);
  // Confirms everything up to `sequence`, whatever Confirm says.
  void ConfirmThrough(int64_t sequence);
  void EndSession(const std::string& session_id, v1::Disconnect reason);

  // The first message received, on whatever link, that is wanted; waits for it.
  std::optional<v1::GatewayMessage> Await(const IsWanted& wanted);
  bool AwaitCount(const IsWanted& wanted, size_t count);
  [[nodiscard]] size_t Count(const IsWanted& wanted) const;
  // What was announced last.
  [[nodiscard]] v1::Hello LastHello() const;
  // Everything received on the n-th link, from 0.
  [[nodiscard]] std::vector<v1::GatewayMessage> OnLink(size_t link) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgeplane::gateway
