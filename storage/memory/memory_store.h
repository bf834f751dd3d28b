// A store in memory: the model the durable ones are compared with, and the
// store of unit tests. Nothing survives the object. Simple on purpose: plain
// containers under one mutex, linear searches.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/command_record.h"
#include "storage/config_record.h"
#include "storage/memory/fault_plan.h"
#include "storage/store.h"

namespace edgeplane::storage {

class MemoryStore final : public Store {
 public:
  MemoryStore() = default;

  // The nth call from now on (1: the next) fails with `error` and changes
  // nothing.
  void FailOperation(int64_t nth, Error error);
  // The nth call from now on, or the first writing one after it, is carried out
  // and gives STORE_IN_DOUBT.
  void DoubtOperation(int64_t nth);

  Result<Agent> CreateAgent(const Agent& agent, const std::optional<SealedSecret>& secret) override;
  Result<Agent> GetAgent(const std::string& agent_id) override;
  Result<Page<Agent>> ListAgents(const AgentFilter& filter, const PageRequest& page) override;
  Result<Agent> UpdateAgent(const std::string& agent_id, const AgentChanges& changes,
                            Time now) override;
  Result<Agent> DisableAgent(const std::string& agent_id, const std::string& reason,
                             Time now) override;
  Result<Agent> EnableAgent(const std::string& agent_id, Time now) override;
  Result<std::vector<Command>> DeleteAgent(const std::string& agent_id, Time now) override;
  Result<AgentCredentials> GetCredentials(const std::string& agent_id) override;
  Result<Agent> RotateSecret(const std::string& agent_id, const SealedSecret& secret,
                             Time retire_time) override;
  Result<Agent> RetireSecrets(const std::string& agent_id, Time now) override;
  Status RecordStatuses(const std::vector<ReportedStatus>& statuses) override;

  Result<SessionAnswer> OpenSession(const SessionRequest& request) override;
  Result<std::optional<CommandMoves>> EndSession(const SessionEnd& end) override;
  Result<Reconciled> ReconcileGateway(const GatewayLink& link, const std::vector<HeldSession>& held,
                                      Time now) override;

  Result<std::vector<LapsedSession>> ListLapsedSessions(Time now,
                                                        const std::optional<LapsePosition>& after,
                                                        size_t count_max) override;

  Result<int64_t> BeginLink(const GatewayLink& link, Duration lease, Time now) override;
  Status RenewLease(const GatewayLink& link, Duration lease) override;
  Result<std::optional<ReleasedGateway>> ReleaseSilentGateway(Time now) override;
  Result<std::vector<AwaitedSession>> ListAwaitedSessions(const std::string& agent_id,
                                                          const std::string& gateway_id) override;
  Result<std::vector<GatewayState>> ListGateways(size_t count_max) override;
  Result<std::vector<SessionLook>> LookAtSessions(const std::string& gateway_id,
                                                  const std::string& after_agent_id, Time now,
                                                  size_t count_max) override;

  Result<SyncOutcome> SyncAgent(const SyncRequest& request) override;
  Result<SyncReturned> ReturnSync(const std::string& agent_id, const std::string& sync_id,
                                  Time now) override;
  Result<std::vector<Command>> ReleaseOverdue(Time delivered_before, Time now,
                                              size_t count_max) override;

  Result<size_t> RecordEvents(const std::vector<Event>& events) override;
  Result<Page<Event>> ListEvents(const EventFilter& filter, const PageRequest& page) override;
  Result<std::vector<Event>> ReadEvents(const EventFilter& filter, int64_t after, size_t count_max,
                                        size_t bytes_max) override;
  Result<int64_t> LastEventSequence() override;
  Result<size_t> PruneEvents(Time before, size_t count_max) override;

  Result<DesiredConfig> SetDesiredConfig(const std::string& agent_id,
                                         const std::string& config_json, bool resend,
                                         Time now) override;
  Result<DesiredConfig> GetDesiredConfig(const std::string& agent_id) override;
  Result<std::optional<DesiredConfig>> OfferConfig(const Fence& fence, int64_t link) override;
  Status ConfigDelivered(const Fence& fence, int64_t version, Time now) override;

  Result<JoinToken> CreateJoinToken(const JoinToken& token) override;
  Result<Page<JoinToken>> ListJoinTokens(const PageRequest& page) override;
  Result<JoinToken> RevokeJoinToken(const std::string& join_token_id, Time now) override;
  Result<Joined> RegisterAgent(const Registration& registration) override;

  Result<Enqueued> EnqueueCommand(const NewCommand& command, int64_t unfinished_max) override;
  Result<Command> GetCommand(const std::string& command_id) override;
  Result<Page<Command>> ListCommands(const CommandFilter& filter, const PageRequest& page) override;
  Result<Command> CancelCommand(const std::string& command_id, const std::string& reason,
                                Time now) override;
  Result<std::vector<Command>> ClaimCommands(const Claim& claim) override;
  Result<std::vector<AckOutcome>> ApplyAcks(const std::vector<Ack>& acks) override;
  Result<std::vector<Command>> ExpireCommands(Time now, size_t count_max) override;
  Result<size_t> PruneCommands(Time before, size_t count_max) override;
  Result<std::vector<StateCount>> CountCommands() override;
  Result<std::vector<StateCount>> CountAgentCommands(const std::string& agent_id) override;

  Status RecordRefusals(const std::vector<Refusal>& refusals) override;
  Result<Refusal> GetRefusal(const std::string& refusal_id) override;
  Result<Page<Refusal>> ListRefusals(const RefusalFilter& filter, const PageRequest& page) override;
  Result<std::vector<ReasonCount>> CountRefusals(Time since) override;
  Result<size_t> PruneRefusals(Time before, size_t count_max) override;

  Status RecordAudit(const AuditEntry& entry) override;
  Status FinishAudit(const std::vector<AuditOutcome>& outcomes) override;
  Result<Page<AuditEntry>> ListAudit(const AuditFilter& filter, const PageRequest& page) override;
  Result<size_t> PruneAudit(Time before, size_t count_max) override;

  Result<AgentCounts> CountAgents() override;
  Result<std::vector<AdminToken>> ListAdminTokens() override;
  Status PutAdminToken(const AdminToken& token) override;
  Result<std::optional<std::string>> GetFact(const std::string& name) override;
  Result<std::string> PutFactOnce(const std::string& name, const std::string& value) override;
  Status CheckWritable() override;

 private:
  struct StoredAgent {
    Agent agent;                        // its session included
    std::vector<SealedSecret> secrets;  // newest first
    TakeoverRecord takeovers;           // of the open session
    ConfigRecord config;
    std::optional<AgentStatus> status;
    std::string join_token_id;  // of the token that made it
  };
  struct StoredCommand {
    CommandRecord record;
    std::string content_digest;
    std::set<std::pair<std::string, int64_t>> acks;  // applied: session, ordinal
  };

  // Runs `work` under the mutex, unless the fault plan says otherwise.
  template <class Work>
  auto Call(bool writes, const Work& work) -> decltype(work()) {
    const std::lock_guard lock(mutex_);
    std::optional<FaultPlan::Fault> fault = faults_.Next(writes);
    if (!fault) return work();
    if (fault->applied) static_cast<void>(work());
    return std::move(fault->error);
  }
  template <class Work>
  auto Read(const Work& work) {
    return Call(false, work);
  }
  template <class Work>
  auto Write(const Work& work) {
    return Call(true, work);
  }

  struct StoredGateway {
    int64_t link = 0;
    Time lease_end{};  // by the system's clock; 0: over, and its sessions are released
    Time link_time{};
  };

  // All below: with the mutex held.
  StoredAgent* FindAgent(const std::string& agent_id);
  StoredCommand* FindCommand(const std::string& command_id);
  StoredCommand* FindOwnCommand(const std::string& agent_id, const std::string& command_id);
  StoredAgent& InsertAgent(const Agent& agent, const std::optional<SealedSecret>& secret);
  // Delivers what is next in the agent's queue, within the limits.
  std::vector<Command> HandOut(const std::string& agent_id, size_t count_max, size_t bytes_max,
                               const Occurrence& delivery);
  [[nodiscard]] bool IsOpen(const Fence& fence);
  static void Move(StoredCommand& stored, const Occurrence& what, CommandMoves& moved);
  // Takes the agent's delivered commands back; `written` as in SessionEnd.
  void ReleaseCommands(const std::string& agent_id, const WrittenCommands& written, Time now,
                       CommandMoves& moved);
  void ReturnUnheld(const HeldSession& held, Time now, CommandMoves& moved);
  GatewayLease LeaseOf(const std::string& gateway_id) const;
  // Whether something sent over this link reaches the session.
  [[nodiscard]] bool IsReached(const Fence& fence, int64_t link);
  Reconciled Reconcile(const std::string& gateway_id, const std::vector<HeldSession>& held,
                       Time now);
  [[nodiscard]] std::vector<AwaitedSession> AwaitedBy(const std::string& agent_id,
                                                      const std::string& gateway_id) const;
  [[nodiscard]] int64_t CountUnfinished(const std::string& agent_id) const;
  AckOutcome ApplyAck(const Ack& ack);
  std::vector<Command> ReceiveNamed(const SyncRequest& request);
  bool InsertEvent(const Event& event);
  std::optional<DesiredConfig> HandOutConfig(StoredAgent& stored, const SyncRequest& request);
  StoredAgent* FindByPhone(const Registration& registration);
  JoinToken* FindJoinToken(const std::string& sha256);

  std::mutex mutex_;
  FaultPlan faults_;
  int64_t epoch_ = 0;
  int64_t sequence_ = 0;
  int64_t event_sequence_ = 0;
  std::map<std::string, StoredAgent> agents_;
  std::map<int64_t, StoredCommand> commands_;  // by sequence
  std::map<int64_t, Event> events_;            // by sequence
  std::map<int64_t, JoinToken> join_tokens_;   // in the order they were made
  std::map<std::string, StoredGateway> gateways_;
  // Superseded and not closed yet: agent and session -> gateway.
  std::map<std::pair<std::string, std::string>, std::string> superseded_;
  std::map<std::string, Refusal> refusals_;
  std::map<std::pair<Time, std::string>, AuditEntry> audit_;  // by time and id
  std::map<std::string, AdminToken> tokens_;
  std::map<std::string, std::string> facts_;
};

}  // namespace edgeplane::storage
