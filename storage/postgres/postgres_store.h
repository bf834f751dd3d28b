// The store on a PostgreSQL server, for any number of registries at once.
//
// Writes go through a few connections, each with a thread that puts calls which
// wait into one transaction; reads have connections of their own. Whoever changes
// what belongs to an agent holds a lock on its row, in every registry alike. A
// write call that returns success is on the server's disk (synchronous_commit=on,
// whatever the server's own setting; with synchronous standbys, on theirs).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "storage/store.h"
#include "storage/store_metrics.h"

namespace edgeplane::storage {

namespace postgres {
class ConnectString;
class Connector;
class ReaderPool;
class Writers;
}  // namespace postgres

struct PostgresSettings {
  // As storage/postgres/connect_string.h has it; may hold a password.
  Secret connection;
  Duration write_timeout = std::chrono::seconds(10);    // a writing call, all in all
  Duration read_timeout = std::chrono::seconds(10);     // a reading call, all in all
  Duration migrate_timeout = std::chrono::minutes(10);  // Open, once it has a connection
  size_t write_queue_max = 4096;                        // calls that wait for a writer
  size_t batch_max = 256;                               // calls in one commit
  size_t batch_rows_max = 4096;                         // rows in one commit, about
  size_t writers = 2;                                   // connections for writing
  size_t readers = 4;                                   // connections for reading, at most
  // Whether Open is to end while it waits for others.
  std::function<bool()> give_up = [] { return false; };
};

// SERVER_OVERLOADED is for writing calls: write_queue_max of them wait already. When
// the connection is lost during a commit, the store finds out on another one whether
// it was done; STORE_IN_DOUBT is left for when that takes longer than the call may.
class PostgresStore final : public Store {
 public:
  // Brings the schema up to date, in the first schema of the search_path. Fails with
  // a sentence that says what to do when the server cannot be reached or does not let
  // edgeplane in (STORE_UNAVAILABLE), or when the schema is another program's, or of
  // a newer edgeplane (STORE_CORRUPT). `metrics` may be null and must outlive the
  // store.
  static Result<std::unique_ptr<PostgresStore>> Open(const PostgresSettings& settings,
                                                     StoreMetrics* metrics);
  // No call may be under way.
  ~PostgresStore() override;
  PostgresStore(const PostgresStore&) = delete;
  PostgresStore& operator=(const PostgresStore&) = delete;

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
  PostgresStore(const postgres::ConnectString& where, const PostgresSettings& settings,
                StoreMetrics* metrics);

  // They go last: the others connect through them.
  std::unique_ptr<postgres::Connector> write_connector_;
  std::unique_ptr<postgres::Connector> read_connector_;
  std::unique_ptr<postgres::Writers> writers_;
  std::unique_ptr<postgres::ReaderPool> readers_;
};

}  // namespace edgeplane::storage
