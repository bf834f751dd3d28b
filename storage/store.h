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
#include "storage/command.h"
#include "storage/refusal.h"

namespace edgeplane::storage {

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
};

struct SessionRequest {
  std::string session_id;
  std::string agent_id;
  std::string gateway_id;
  std::string peer_address;
  Time now{};
};

struct SessionGrant {
  int64_t epoch = 0;
  std::optional<Session> superseded;  // was open until now
  CommandMoves moved;                 // of the superseded one
};

struct SessionEnd {
  Fence fence;
  Time now{};
  // Of what it was given and has not answered, the commands of which something was
  // written; the others do not count as delivered. Nothing: not known, so all of
  // them do.
  std::optional<std::vector<std::string>> written_command_ids;
};

struct HeldSession {
  Fence fence;
  std::vector<std::string> unacknowledged_command_ids;
  bool unacknowledged_known = true;  // false: it may hold any that it was given
};

struct Reconciled {
  std::vector<Fence> ended;  // the store had them open, the gateway does not hold them
  std::vector<Fence> stale;  // the gateway holds them, the store does not: end them
  CommandMoves moved;
};

class SessionStore {
 public:
  virtual ~SessionStore() = default;
  // Makes this the agent's session; an open older one is ended as by EndSession,
  // not knowing what was written. AGENT_NOT_FOUND, AGENT_IS_DISABLED.
  virtual Result<SessionGrant> OpenSession(const SessionRequest& request) = 0;
  // Its delivered and unanswered commands go back to the queue or, where
  // max_deliveries is used up, into IN_DOUBT; gives them. Nothing when the session
  // was not the agent's open one (then nothing changes).
  virtual Result<std::optional<CommandMoves>> EndSession(const SessionEnd& end) = 0;
  // Makes the store agree with what a gateway says it holds: ends the others of
  // that gateway, and for the held ones returns commands that the gateway never
  // got to the queue (not counted as delivered).
  virtual Result<Reconciled> ReconcileGateway(const std::string& gateway_id,
                                              const std::vector<HeldSession>& held, Time now) = 0;
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
  // States with a count above 0.
  virtual Result<std::vector<StateCount>> CountCommands() = 0;
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
};

struct AgentCounts {
  int64_t agents = 0;
  int64_t connected = 0;
  int64_t disabled = 0;
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
  // Succeeds when a write would: for readiness. Writes something durable.
  virtual Status CheckWritable() = 0;
};

class Store : public AgentStore,
              public SessionStore,
              public CommandStore,
              public RefusalStore,
              public FleetStore {};

}  // namespace edgeplane::storage
