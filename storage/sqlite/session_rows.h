// Rows of open sessions, and of those that were superseded and have to close.
// Everything here runs inside the caller's transaction.
#pragma once

#include <string>
#include <vector>

#include "storage/lease.h"
#include "storage/session.h"
#include "storage/sqlite/query.h"

namespace edgeplane::storage::sqlite {

// Takes back what the ended session held; only DELIVERED commands can be.
Status ReleaseCommands(Connection& db, const std::string& agent_id, const WrittenCommands& written,
                       Time now, CommandMoves& moved);
Status CloseSession(Connection& db, const std::string& agent_id, const WrittenCommands& written,
                    Time now, CommandMoves& moved);
Result<Reconciled> Reconcile(Connection& db, const std::string& gateway_id,
                             const std::vector<HeldSession>& held, Time now);

Result<GatewayLease> LoadLease(Connection& db, const std::string& gateway_id);
Status PutSuperseded(Connection& db, const Session& session);
Status DeleteSuperseded(Connection& db, const std::string& agent_id, const std::string& session_id);
// Those of other gateways whose lease runs.
Result<std::vector<AwaitedSession>> ListAwaited(Connection& db, const std::string& agent_id,
                                                const std::string& gateway_id);

}  // namespace edgeplane::storage::sqlite
