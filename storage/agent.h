// Agents as the store knows them. Shapes and limits of the fields are those of
// proto/edgeplane/v1/agent.proto; callers have checked them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "storage/lease.h"

namespace edgeplane::storage {

// A secret under the master key. The store never sees the secret itself.
struct SealedSecret {
  std::string sealed;       // Seal() of base/crypto.h, with the agent id as context
  std::string fingerprint;  // 8 hex digits
  Time create_time{};
  // From then on it is no longer accepted; nothing: in force.
  std::optional<Time> retire_time;
};

inline constexpr size_t kSecretsMax = 8;  // kept of one agent

inline bool IsAccepted(const SealedSecret& secret, Time now) {
  return !secret.retire_time || *secret.retire_time > now;
}

// The open session of a connected agent.
struct Session {
  std::string session_id;
  std::string agent_id;
  std::string gateway_id;
  std::string peer_address;
  Time open_time{};
  int64_t epoch = 0;
  // Of the secret it was opened with; empty: the fleet secret.
  std::string secret_fingerprint;
  // Of its gateway; only where a store looks at it inside a transaction.
  GatewayLease lease{};
};

// What an agent last said of itself.
struct AgentStatus {
  std::string status_json;  // an object
  Time time{};
};

struct Agent {
  std::string agent_id;
  std::string user_phone;
  std::string display_name;
  std::map<std::string, std::string> labels;
  std::vector<std::string> allowed_addresses;
  bool disabled = false;
  std::string disabled_reason;
  std::optional<Time> disable_time;
  Time create_time{};
  Time update_time{};
  // Of the newest secret in force; empty where there is none.
  std::string secret_fingerprint;
  std::optional<Time> secret_create_time;
  std::optional<Session> session;
  std::optional<AgentStatus> status;  // only from GetAgent
  std::optional<Time> last_sync_time;
  // Of the desired configuration: 0 where there is none; and the one the agent
  // was last handed.
  int64_t config_version = 0;
  int64_t delivered_config_version = 0;
};

// What UpdateAgent may change; nothing leaves a field as it is.
struct AgentChanges {
  std::optional<std::string> user_phone;
  std::optional<std::string> display_name;
  std::optional<std::map<std::string, std::string>> labels;
  std::optional<std::vector<std::string>> allowed_addresses;
};

struct AgentFilter {
  std::string agent_id_prefix;
  std::optional<bool> disabled;
  std::optional<bool> connected;
  std::map<std::string, std::string> labels;
  std::optional<bool> has_secret;  // one in force
};

// An agent and what it may authenticate with, newest secret first (retired ones
// included, to tell a retired secret from a wrong one; at most kSecretsMax).
struct AgentCredentials {
  Agent agent;
  std::vector<SealedSecret> secrets;
};

// One page of a list, and where the next begins (nothing: this was the last).
// A cursor is opaque to callers and survives a restart.
template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next;
};

struct PageRequest {
  size_t size = 100;                // 1..1000
  std::optional<std::string> from;  // a cursor; PAGE_TOKEN_INVALID when it is none
};

}  // namespace edgeplane::storage
