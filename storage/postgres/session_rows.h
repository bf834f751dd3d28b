// Rows of open sessions.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "storage/command_record.h"
#include "storage/postgres/transaction.h"
#include "storage/session.h"

namespace edgeplane::storage::postgres {

// agent_id, session_id, gateway_id, peer_address, open_time, epoch and
// secret_fingerprint, in this order.
inline constexpr int kSessionColumns = 7;
// From the columns beginning with `first`.
Session ReadSession(const Row& row, int first);

// What becomes of a delivered command; nothing: it stays as it is.
using Decide = std::function<std::optional<Occurrence>(const std::string& command_id)>;

// Decides about what is delivered over the sessions of these agents; adds what
// moved, by agent.
Status DecideDelivered(Transaction& tx, const std::map<std::string, Decide>& decisions,
                       std::map<std::string, CommandMoves>& moved);

// What becomes of it at the end of its session.
Decide EndedAt(Time now, WrittenCommands written);

// Ends the open sessions of these agents.
Status Close(Transaction& tx, const std::map<std::string, Decide>& ends,
             std::map<std::string, CommandMoves>& moved);
bool IsOpen(Transaction& tx, const Fence& fence);

// Locks the agents concerned; gives SESSION_FENCED when `link`, unless it is nothing,
// is not the gateway's last one.
Result<Reconciled> Reconcile(Transaction& tx, const std::string& gateway_id,
                             const std::optional<int64_t>& link,
                             const std::vector<HeldSession>& held, Time now);

// Of list_awaited.
AwaitedSession ReadAwaited(const Row& row);

// Notes when the open sessions' secrets end; to be called when either has changed.
void UpdateLapses(Transaction& tx, const std::vector<std::string>& agent_ids);

}  // namespace edgeplane::storage::postgres
