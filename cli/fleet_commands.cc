#include <optional>

#include "base/timestamp.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/json_output.h"
#include "cli/table.h"

namespace edgeplane::cli {
namespace {

void WriteStatus(const Surroundings& around, const v1::FleetStatus& status) {
  const Time now = around.clock.Now();
  std::ostream& out = around.out;
  Block block;
  block.Add("version", status.version());
  if (status.has_start_time()) {
    block.Add("up since", FormatMoment(GetTime(status.start_time()), now));
  }
  block.Add("agents", std::to_string(status.agents()));
  block.Add("connected", std::to_string(status.agents_connected()));
  block.Add("disabled", std::to_string(status.agents_disabled()));
  block.Add("without own secret", std::to_string(status.agents_without_secret()));
  block.Write(out, around.colour);

  if (!status.commands().empty()) {
    Table commands({"COMMANDS", "COUNT"});
    commands.AlignRight(1);
    for (const v1::FleetStatus::StateCount& count : status.commands()) {
      commands.Add(
          {{StateText(count.state()), StateStyle(count.state())}, std::to_string(count.count())});
    }
    out << '\n';
    commands.Write(out, around.colour);
  }
  if (!status.refusals_last_hour().empty()) {
    Table refusals({"REFUSED IN THE LAST HOUR", "COUNT"});
    refusals.AlignRight(1);
    for (const v1::FleetStatus::ReasonCount& count : status.refusals_last_hour()) {
      refusals.Add({ReasonText(count.reason()), std::to_string(count.count())});
    }
    out << '\n';
    refusals.Write(out, around.colour);
  }
  if (status.gateways().empty()) {
    out << "\nNo gateway is linked: no agent can connect.\n";
    return;
  }
  Table gateways({"GATEWAY", "AGENTS", "LINKED"});
  gateways.AlignRight(1);
  for (const v1::FleetStatus::Gateway& gateway : status.gateways()) {
    gateways.Add({gateway.gateway_id(), std::to_string(gateway.sessions()),
                  FormatRelative(GetTime(gateway.link_time()), now)});
  }
  out << '\n';
  gateways.Write(out, around.colour);
}

Outcome ShowStatus(const Invocation& invocation) {
  Client client(invocation);
  v1::FleetStatus status;
  if (std::optional<Outcome> failure =
          client.Call(&Client::Stub::GetFleetStatus, v1::GetFleetStatusRequest(), status)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, status);
  WriteStatus(invocation.around, status);
  return {};
}

}  // namespace

void AddFleetCommands(CommandTree& tree) {
  CLI::App& group = tree.AddGroup("fleet", "See how the fleet is doing.", "edgeplane fleet status");
  tree.AddCall(group, "status",
               "Count agents, commands and refusals, and list the gateways that are linked.",
               "edgeplane fleet status\n"
               "edgeplane fleet status --json | jq .agents_connected",
               [](const Invocation& invocation) { return ShowStatus(invocation); });
}

}  // namespace edgeplane::cli
