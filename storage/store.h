// The state of record, in the domain's words.
//
// Every call is thread safe and blocks until it is done: a writing call returns
// success only when its effect is durable (it would survive kill -9 and a power
// cut). Concurrent writes share one commit, so call from many threads (a
// WorkerPool) rather than from one. Each call is atomic on its own; there are no
// transactions across calls, and callers need none.
//
// Texts are UTF-8, and without U+0000, which not every database can hold: callers
// see to that. They sort by their bytes, whatever the database's locale.
//
// Failures every call can give: STORE_UNAVAILABLE (nothing was changed),
// SERVER_OVERLOADED (the same: too many calls wait already), STORE_IN_DOUBT
// (writing calls: whether it was changed is not known), STORE_CORRUPT, and
// INTERNAL for a defect. Each call lists its others. A call takes at most the backend's
// configured deadline.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "storage/agent.h"
#include "storage/audit.h"
#include "storage/command.h"
#include "storage/desired_config.h"
#include "storage/event.h"
#include "storage/join_token.h"
#include "storage/lease.h"
#include "storage/refusal.h"
#include "storage/session.h"
#include "storage/sync.h"

namespace edgeplane::storage {

struct ReportedStatus {
  std::string agent_id;
  AgentStatus status;
};

class AgentStore {
 public:
  virtual ~AgentStore() = default;
  // AGENT_ALREADY_EXISTS. `agent.session` and the secret_* fields are not read.
  virtual Result<Agent> CreateAgent(const Agent& agent,
                                    const std::optional<SealedSecret>& secret) = 0;
  virtual Result<Agent> GetAgent(const std::string& agent_id) = 0;  // AGENT_NOT_FOUND
  // By agent_id.
  virtual Result<Page<Agent>> ListAgents(const AgentFilter& filter, const PageRequest& page) = 0;
  virtual Result<Agent> UpdateAgent(const std::string& agent_id, const AgentChanges& changes,
                                    Time now) = 0;  // AGENT_NOT_FOUND
  virtual Result<Agent> DisableAgent(const std::string& agent_id, const std::string& reason,
                                     Time now) = 0;                              // AGENT_NOT_FOUND
  virtual Result<Agent> EnableAgent(const std::string& agent_id, Time now) = 0;  // AGENT_NOT_FOUND
  // Cancels the agent's unfinished commands in the same step, and gives them.
  // A later agent of the same id starts with an epoch above all earlier ones.
  virtual Result<std::vector<Command>> DeleteAgent(const std::string& agent_id,
                                                   Time now) = 0;  // AGENT_NOT_FOUND
  virtual Result<AgentCredentials> GetCredentials(
      const std::string& agent_id) = 0;  // AGENT_NOT_FOUND
  // Adds a secret, and retires those in force at `retire_time` (one that is to be
  // retired earlier stays so). Of more than 8 the oldest go. AGENT_NOT_FOUND.
  virtual Result<Agent> RotateSecret(const std::string& agent_id, const SealedSecret& secret,
                                     Time retire_time) = 0;
  // Retires every secret but the newest by now. AGENT_NOT_FOUND, SECRET_NOT_FOUND
  // when none of them was still accepted.
  virtual Result<Agent> RetireSecrets(const std::string& agent_id, Time now) = 0;
  // The last one by time counts. Unknown agents are passed over.
  virtual Status RecordStatuses(const std::vector<ReportedStatus>& statuses) = 0;
};

class SessionStore {
 public:
  virtual ~SessionStore() = default;
  // Makes this the agent's session; an open older one is ended as by EndSession,
  // not knowing what was written, unless JudgeTakeover holds it (which is an answer,
  // and the attempt is noted). AGENT_NOT_FOUND, AGENT_IS_DISABLED, and what
  // CheckMayHold says of the link.
  virtual Result<SessionAnswer> OpenSession(const SessionRequest& request) = 0;
  // What was delivered over it and is unanswered goes back to the queue or, where
  // max_deliveries is used up, into IN_DOUBT; gives those. Nothing when the session
  // was not the agent's open one (then nothing changes, but that it is not awaited
  // any more).
  virtual Result<std::optional<CommandMoves>> EndSession(const SessionEnd& end) = 0;
  // Makes the store agree with what a gateway says it holds: ends the others of
  // that gateway, and for the held ones returns commands that the gateway never
  // got to the queue (not counted as delivered). What it does not hold is not
  // awaited any more. SESSION_FENCED when there is a newer link.
  virtual Result<Reconciled> ReconcileGateway(const GatewayLink& link,
                                              const std::vector<HeldSession>& held, Time now) = 0;
  // Open sessions whose secret is no longer accepted, by the time it lapsed and
  // the agent's id; at most `count_max` of those behind `after`. The fleet secret is
  // not as soon as the agent has one of its own in force.
  virtual Result<std::vector<LapsedSession>> ListLapsedSessions(
      Time now, const std::optional<LapsePosition>& after, size_t count_max) = 0;
};

class LeaseStore {
 public:
  virtual ~LeaseStore() = default;
  // A gateway has a new link, with the number that it has given it; 0: the next one.
  // Gives the number. Its lease runs from now. SESSION_FENCED when there is a link with
  // this number or a later one: what the gateway said of itself over this is old.
  virtual Result<int64_t> BeginLink(const GatewayLink& link, Duration lease, Time now) = 0;
  // SESSION_FENCED when there is a newer link, or the lease is over: others may have
  // what the gateway held, so it has to say with a new link what it holds.
  virtual Status RenewLease(const GatewayLink& link, Duration lease) = 0;
  // Ends the sessions of a gateway whose lease is over, as if it held none; gives
  // nothing where there is no such gateway. Whichever is silent longest goes first,
  // and once.
  virtual Result<std::optional<ReleasedGateway>> ReleaseSilentGateway(Time now) = 0;
  // Those that have to close before the agent may be held by `gateway_id`.
  virtual Result<std::vector<AwaitedSession>> ListAwaitedSessions(
      const std::string& agent_id, const std::string& gateway_id) = 0;
  // Gateways whose lease runs, by id; at most `count_max`.
  virtual Result<std::vector<GatewayState>> ListGateways(size_t count_max) = 0;
  // The open sessions of a gateway, by agent; at most `count_max` of those behind
  // `after_agent_id`.
  virtual Result<std::vector<SessionLook>> LookAtSessions(const std::string& gateway_id,
                                                          const std::string& after_agent_id,
                                                          Time now, size_t count_max) = 0;
};

class SyncStore {
 public:
  virtual ~SyncStore() = default;
  // In this order, and all of it one step: last_command_id, events, status, the
  // time of the sync, commands, configuration. AGENT_NOT_FOUND,
  // AGENT_IS_DISABLED.
  virtual Result<SyncOutcome> SyncAgent(const SyncRequest& request) = 0;
  // Nothing of the sync's answer was written: what it delivered, and is still
  // DELIVERED by it, goes back uncounted, and so does its configuration. Gives what
  // went back.
  virtual Result<SyncReturned> ReturnSync(const std::string& agent_id, const std::string& sync_id,
                                          Time now) = 0;
  // Up to `count_max` commands that a sync delivered before `delivered_before` and
  // that are still DELIVERED go back to the queue or, where max_deliveries is used
  // up, into IN_DOUBT; those that wait longest first. Gives them.
  virtual Result<std::vector<Command>> ReleaseOverdue(Time delivered_before, Time now,
                                                      size_t count_max) = 0;
};

class EventStore {
 public:
  virtual ~EventStore() = default;
  // Stores those not stored before; the same again is no error. Gives how many were
  // new. Events stay when their agent goes, and those of an agent that is gone are
  // stored all the same.
  virtual Result<size_t> RecordEvents(const std::vector<Event>& events) = 0;
  // Newest first.
  virtual Result<Page<Event>> ListEvents(const EventFilter& filter, const PageRequest& page) = 0;
  // Up to `count_max` and about `bytes_max` of details (one at least) with a
  // sequence above `after`, in ascending order. One that becomes visible later has
  // a larger sequence than any that was given, whichever backend.
  virtual Result<std::vector<Event>> ReadEvents(const EventFilter& filter, int64_t after,
                                                size_t count_max, size_t bytes_max) = 0;
  // The largest sequence given so far; 0: none.
  virtual Result<int64_t> LastEventSequence() = 0;
  // Deletes up to `count_max` received before `before`, oldest first; gives how
  // many.
  virtual Result<size_t> PruneEvents(Time before, size_t count_max) = 0;
};

class ConfigStore {
 public:
  virtual ~ConfigStore() = default;
  // The same text again changes nothing unless `resend`. AGENT_NOT_FOUND.
  virtual Result<DesiredConfig> SetDesiredConfig(const std::string& agent_id,
                                                 const std::string& config_json, bool resend,
                                                 Time now) = 0;
  virtual Result<DesiredConfig> GetDesiredConfig(
      const std::string& agent_id) = 0;  // AGENT_NOT_FOUND
  // The configuration, if there is one that the agent was not handed yet and no
  // version of it is on offer to the open session and not delivered yet; it is then
  // on offer to this one, over this link of its gateway. SESSION_FENCED.
  virtual Result<std::optional<DesiredConfig>> OfferConfig(const Fence& fence, int64_t link) = 0;
  // The session was written this version. One of a session that has ended counts
  // all the same: the agent has it. One that is gone is no error.
  virtual Status ConfigDelivered(const Fence& fence, int64_t version, Time now) = 0;
};

class JoinStore {
 public:
  virtual ~JoinStore() = default;
  // INTERNAL where there is one with this id or hash.
  virtual Result<JoinToken> CreateJoinToken(const JoinToken& token) = 0;
  // Newest first.
  virtual Result<Page<JoinToken>> ListJoinTokens(const PageRequest& page) = 0;
  // Revoking it again changes nothing. JOIN_TOKEN_NOT_FOUND.
  virtual Result<JoinToken> RevokeJoinToken(const std::string& join_token_id, Time now) = 0;
  // By JudgeJoin. The agent a phone has is the one with the id new_agent_id, or
  // else the only one with that phone (compared by its digits). A new agent has
  // the phone (with a '+') and the token's labels, and counts as one use.
  virtual Result<Joined> RegisterAgent(const Registration& registration) = 0;
};

class CommandStore {
 public:
  virtual ~CommandStore() = default;
  // AGENT_NOT_FOUND, IDEMPOTENCY_KEY_REUSED, COMMAND_QUEUE_FULL (the agent has
  // `unfinished_max` unfinished commands). An idempotency key found again gives
  // the command as it is now, before any other check.
  virtual Result<Enqueued> EnqueueCommand(const NewCommand& command, int64_t unfinished_max) = 0;
  virtual Result<Command> GetCommand(const std::string& command_id) = 0;  // COMMAND_NOT_FOUND
  // Newest first.
  virtual Result<Page<Command>> ListCommands(const CommandFilter& filter,
                                             const PageRequest& page) = 0;
  // COMMAND_NOT_FOUND, COMMAND_FINAL.
  virtual Result<Command> CancelCommand(const std::string& command_id, const std::string& reason,
                                        Time now) = 0;
  // Takes the next queued commands of the agent (immediate first, then in the
  // order they were enqueued) and makes them DELIVERED. Leaves out the expired.
  // SESSION_FENCED.
  virtual Result<std::vector<Command>> ClaimCommands(const Claim& claim) = 0;
  // In the order given; one verdict each. All of them are one step.
  virtual Result<std::vector<AckOutcome>> ApplyAcks(const std::vector<Ack>& acks) = 0;
  // Up to `count_max` commands whose time has passed become EXPIRED; gives them.
  virtual Result<std::vector<Command>> ExpireCommands(Time now, size_t count_max) = 0;
  // Deletes up to `count_max` final commands that were made before `before` and to
  // which nothing has happened since, oldest first, and their history; gives how
  // many. Their idempotency keys may then be used anew.
  virtual Result<size_t> PruneCommands(Time before, size_t count_max) = 0;
  // States with a count above 0.
  virtual Result<std::vector<StateCount>> CountCommands() = 0;
  // The same of one agent's unfinished commands; none where there is no such agent.
  virtual Result<std::vector<StateCount>> CountAgentCommands(const std::string& agent_id) = 0;
};

class RefusalStore {
 public:
  virtual ~RefusalStore() = default;
  // A refusal_id seen before updates its row: the larger count and the later
  // last_time win.
  virtual Status RecordRefusals(const std::vector<Refusal>& refusals) = 0;
  virtual Result<Refusal> GetRefusal(const std::string& refusal_id) = 0;  // REFUSAL_NOT_FOUND
  // Newest (by create_time) first.
  virtual Result<Page<Refusal>> ListRefusals(const RefusalFilter& filter,
                                             const PageRequest& page) = 0;
  // Attempts by reason with last_time at or after `since`, most frequent first.
  virtual Result<std::vector<ReasonCount>> CountRefusals(Time since) = 0;
  // Deletes up to `count_max` whose last_time is before `before`, oldest first;
  // gives how many.
  virtual Result<size_t> PruneRefusals(Time before, size_t count_max) = 0;
};

struct AgentCounts {
  int64_t agents = 0;
  int64_t connected = 0;
  int64_t disabled = 0;
  int64_t without_secret = 0;  // in force
};

// An operator's bearer token, as its hash.
struct AdminToken {
  std::string name;    // unique
  std::string sha256;  // 32 bytes
  std::string role;    // "admin"
  Time create_time{};
};

class FleetStore {
 public:
  virtual ~FleetStore() = default;
  virtual Result<AgentCounts> CountAgents() = 0;
  virtual Result<std::vector<AdminToken>> ListAdminTokens() = 0;
  // Replaces a token of the same name.
  virtual Status PutAdminToken(const AdminToken& token) = 0;
  // Small facts about the installation, by name: at most 64 bytes of name and
  // 1 KiB of value. Nothing where none was put.
  virtual Result<std::optional<std::string>> GetFact(const std::string& name) = 0;
  // Puts it if there is none yet; gives the value in force.
  virtual Result<std::string> PutFactOnce(const std::string& name, const std::string& value) = 0;
  // Succeeds when a write would: for readiness. Writes something durable. Fails too for
  // some seconds after others could not be written for want of room.
  virtual Status CheckWritable() = 0;
};

class Store : public AgentStore,
              public SessionStore,
              public LeaseStore,
              public CommandStore,
              public SyncStore,
              public EventStore,
              public ConfigStore,
              public JoinStore,
              public RefusalStore,
              public AuditStore,
              public FleetStore {};

}  // namespace edgeplane::storage
