// The domain over a store in memory, without gRPC.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "base/metrics.h"
#include "base/secret.h"
#include "services/admin/agent_secrets.h"
#include "services/admin/agents.h"
#include "services/admin/commands.h"
#include "services/admin/desired_configs.h"
#include "services/admin/events.h"
#include "services/admin/fleet.h"
#include "services/admin/join_tokens.h"
#include "services/admin/page_token.h"
#include "services/admin/refusals.h"
#include "services/registry/command_signals.h"
#include "services/registry/registry_metrics.h"
#include "services/registry/vault.h"
#include "storage/memory/memory_store.h"
#include "tests/unit/admin/recording_control.h"

namespace edgeplane::admin {

// The code of a failure; UNSPECIFIED for a success.
template <class T>
ErrorCode CodeOf(const Result<T>& result) {
  return result.ok() ? v1::ErrorReason::UNSPECIFIED : result.error().code;
}

template <class T>
std::vector<std::string> FieldsOf(const Result<T>& result) {
  std::vector<std::string> fields;
  if (result.ok()) return fields;
  for (const FieldViolation& violation : result.error().violations) {
    fields.push_back(violation.field);
  }
  return fields;
}

class DomainTest : public testing::Test {
 protected:
  v1::CreateAgentResponse CreateAgent(const std::string& agent_id) {
    v1::CreateAgentRequest request;
    request.set_agent_id(agent_id);
    request.set_user_phone("+15551234568");
    auto created = agents_.Create(request);
    EXPECT_TRUE(created.ok()) << created.error().message;
    return *created;
  }

  static v1::SendCommandRequest Command(const std::string& agent_id, const std::string& key = "") {
    v1::SendCommandRequest request;
    request.set_agent_id(agent_id);
    request.set_type("print");
    request.set_idempotency_key(key);
    return request;
  }

  v1::Command SendCommand(const std::string& agent_id) {
    auto sent = commands_.Send(Command(agent_id));
    EXPECT_TRUE(sent.ok()) << sent.error().message;
    return *sent;
  }

  // As a gateway would: opens a session and takes the agent's commands.
  storage::Fence Deliver(const std::string& agent_id, const std::string& fingerprint = "") {
    const storage::SessionRequest request{.session_id = "s-" + agent_id,
                                          .agent_id = agent_id,
                                          .gateway_id = "g1",
                                          .peer_address = "10.0.0.1:1",
                                          .secret_fingerprint = fingerprint,
                                          .now = clock_.Now()};
    const auto opened = store_.OpenSession(request);
    EXPECT_TRUE(opened.ok());
    const auto* grant = std::get_if<storage::SessionGrant>(&*opened);
    EXPECT_NE(grant, nullptr);
    storage::Claim claim;
    claim.fence = {agent_id, request.session_id, grant->epoch};
    claim.count_max = 100;
    claim.now = clock_.Now();
    EXPECT_TRUE(store_.ClaimCommands(claim).ok());
    return claim.fence;
  }

  storage::MemoryStore store_;
  ManualClock clock_{FromMicros(1'800'000'000'000'000)};
  const registry::Vault vault_{Secret(std::string(32, 'k'))};
  RecordingControl control_;
  registry::CommandSignals signals_;
  MetricsRegistry metrics_registry_;
  registry::RegistryMetrics metrics_{metrics_registry_};
  const PageTokens tokens_{vault_.KeyCheck()};
  AdminSettings settings_;
  Agents agents_{{store_, vault_, control_, signals_, metrics_, clock_, tokens_}};
  AgentSecrets secrets_{store_, vault_, control_, clock_};
  JoinTokens join_tokens_{store_, clock_, tokens_};
  DesiredConfigs configs_{store_, control_, clock_};
  Events events_{store_, tokens_};
  Commands commands_{{settings_, store_, control_, signals_, metrics_, clock_, tokens_}};
  Refusals refusals_{store_, tokens_};
  Fleet fleet_{store_, clock_};
};

}  // namespace edgeplane::admin
