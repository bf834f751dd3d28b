// What opens and ends the session of an agent, and what a gateway says of those it
// holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "storage/agent.h"
#include "storage/command.h"
#include "storage/lease.h"
#include "storage/takeover.h"

namespace edgeplane::storage {

struct SessionRequest {
  std::string session_id;
  std::string agent_id;
  std::string gateway_id;
  std::string peer_address;
  std::string secret_fingerprint;  // see Session
  TakeoverLimits takeovers;
  Time now{};
  int64_t link = 0;  // the gateway's, over which it asks
};

inline Fence FenceOf(const Session& session) {
  return {session.agent_id, session.session_id, session.epoch};
}

// The session the request opens.
inline Session NewSession(const SessionRequest& request, int64_t epoch) {
  return {request.session_id,
          request.agent_id,
          request.gateway_id,
          request.peer_address,
          request.now,
          epoch,
          request.secret_fingerprint,
          {}};
}

struct SessionGrant {
  int64_t epoch = 0;
  std::optional<Session> superseded;  // was open until now
  CommandMoves moved;                 // of the superseded one
  // Until these have closed, the agent must not be let in: another gateway may hold
  // it still. Superseded now, or by an attempt that did not wait for it.
  std::vector<AwaitedSession> awaited;
};

// Whether the other gateway may hold the superseded session still.
inline bool IsAwaited(const Session& superseded, const SessionRequest& by) {
  return superseded.gateway_id != by.gateway_id && superseded.lease.left > Duration::zero();
}

// The agent's session may not be taken over at the moment: two processes live
// under its id. Nothing was opened.
struct SessionHeld {
  Session by;
  int64_t takeovers = 0;  // that there were
  Duration retry_after{};
};
using SessionAnswer = std::variant<SessionGrant, SessionHeld>;

// Commands of which something was written; nothing: not known which.
using WrittenCommands = std::optional<std::vector<std::string>>;

struct SessionEnd {
  Fence fence;
  Time now{};
  // Of what it was given and has not answered, the commands of which something was
  // written; the others do not count as delivered. Nothing: not known, so all of
  // them do.
  WrittenCommands written_command_ids;
};

struct HeldSession {
  Fence fence;
  std::vector<std::string> unacknowledged_command_ids;
  bool unacknowledged_known = true;  // false: it may hold any that it was given
  // An offer of any other version than this never got to the gateway, and falls.
  // Known in any case.
  int64_t unwritten_config_version = 0;
};

// An open session whose secret is no longer accepted.
struct LapsedSession {
  Session session;
  Time lapse_time{};  // since when; the epoch (0) where that is not known
};

// Where a list of them goes on: behind this one.
struct LapsePosition {
  Time lapse_time{};
  std::string agent_id;
};

// An open session, as a registry looks at those of its gateways now and then.
struct SessionLook {
  Fence fence;
  bool commands = false;  // some are queued
  bool config = false;    // the last one is not delivered
  bool disabled = false;  // the agent is
};

struct Reconciled {
  std::vector<Fence> ended;  // the store had them open, the gateway does not hold them
  std::vector<Fence> stale;  // the gateway holds them, the store does not: end them
  CommandMoves moved;
};

struct ReleasedGateway {
  std::string gateway_id;
  Reconciled reconciled;
};

}  // namespace edgeplane::storage
