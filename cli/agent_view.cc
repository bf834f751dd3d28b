#include "cli/agent_view.h"

#include "cli/format.h"
#include "cli/table.h"

namespace edgeplane::cli {
namespace {

Cell StateOf(const v1::Agent& agent) {
  if (agent.disabled()) return {"disabled", Style::kWarning};
  if (agent.has_session()) return {"connected", Style::kGood};
  return {"away", Style::kFaint};
}

}  // namespace

void WriteAgent(const Surroundings& around, const v1::Agent& agent) {
  const Time now = around.clock.Now();
  Block block;
  block.Add("agent", agent.agent_id());
  block.Add("state", StateOf(agent));
  if (agent.disabled()) {
    block.Add("disabled because", agent.disabled_reason());
    if (agent.has_disable_time()) {
      block.Add("disabled since", FormatMoment(FromProto(agent.disable_time()), now));
    }
  }
  block.Add("phone", agent.user_phone());
  block.Add("name", agent.display_name());
  block.Add("labels", FormatLabels(agent.labels()));
  block.Add("may connect from", agent.allowed_addresses().empty()
                                    ? std::vector<std::string>{"anywhere"}
                                    : std::vector<std::string>(agent.allowed_addresses().begin(),
                                                               agent.allowed_addresses().end()));
  block.Add("secret fingerprint",
            agent.secret_fingerprint().empty() ? "none of its own" : agent.secret_fingerprint());
  if (agent.has_secret_create_time()) {
    block.Add("secret since", FormatMoment(FromProto(agent.secret_create_time()), now));
  }
  if (agent.has_session()) {
    const v1::Session& session = agent.session();
    block.Add("connected from", session.peer_address());
    block.Add("connected since", FormatMoment(FromProto(session.open_time()), now));
    block.Add("gateway", session.gateway_id());
    block.Add("session", session.session_id() + " (epoch " + std::to_string(session.epoch()) + ")");
  }
  if (agent.has_create_time()) {
    block.Add("created", FormatMoment(FromProto(agent.create_time()), now));
  }
  if (agent.has_update_time()) {
    block.Add("changed", FormatMoment(FromProto(agent.update_time()), now));
  }
  block.Write(around.out, around.colour);
}

void WriteAgents(const Surroundings& around,
                 const google::protobuf::RepeatedPtrField<v1::Agent>& agents) {
  const Time now = around.clock.Now();
  Table table({"AGENT", "STATE", "SINCE", "PEER", "PHONE", "NAME", "LABELS"});
  for (const v1::Agent& agent : agents) {
    std::string since;
    if (agent.disabled()) {
      since = agent.has_disable_time() ? FormatRelative(FromProto(agent.disable_time()), now) : "";
    } else if (agent.has_session()) {
      since = FormatRelative(FromProto(agent.session().open_time()), now);
    }
    table.Add({agent.agent_id(), StateOf(agent), since, agent.session().peer_address(),
               agent.user_phone(), agent.display_name(), Join(FormatLabels(agent.labels()), ",")});
  }
  table.Write(around.out, around.colour);
}

}  // namespace edgeplane::cli
