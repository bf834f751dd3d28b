#include "services/admin/fleet.h"

#include <chrono>

#include "base/timestamp.h"
#include "base/version.h"
#include "services/admin/convert.h"

namespace edgeplane::admin {
namespace {

constexpr size_t kGatewaysMax = 1'000;  // in one answer

}  // namespace

Result<v1::FleetStatus> Fleet::Get(const v1::GetFleetStatusRequest&) {
  const auto agents = store_.CountAgents();
  if (!agents.ok()) return agents.error();
  const auto commands = store_.CountCommands();
  if (!commands.ok()) return commands.error();
  const auto refusals = store_.CountRefusals(clock_.Now() - std::chrono::hours(1));
  if (!refusals.ok()) return refusals.error();
  const auto gateways = store_.ListGateways(kGatewaysMax);
  if (!gateways.ok()) return gateways.error();

  v1::FleetStatus status;
  status.set_version(std::string(Version()));
  SetTime(start_time_, *status.mutable_start_time());
  status.set_agents(agents->agents);
  status.set_agents_connected(agents->connected);
  status.set_agents_disabled(agents->disabled);
  status.set_agents_without_secret(agents->without_secret);
  for (const storage::StateCount& counted : *commands) {
    auto* added = status.add_commands();
    added->set_state(ToProto(counted.state));
    added->set_count(counted.count);
  }
  for (const storage::ReasonCount& counted : *refusals) {
    auto* added = status.add_refusals_last_hour();
    added->set_reason(static_cast<v1::Reason>(counted.reason));
    added->set_count(counted.count);
  }
  for (const storage::GatewayState& gateway : *gateways) {
    auto* added = status.add_gateways();
    added->set_gateway_id(gateway.gateway_id);
    added->set_sessions(gateway.sessions);
    SetTime(gateway.link_time, *added->mutable_link_time());
  }
  return status;
}

}  // namespace edgeplane::admin
