#include "cli/agent_view.h"

#include <chrono>

#include "base/timestamp.h"
#include "cli/format.h"
#include "cli/json_output.h"
#include "cli/table.h"

namespace edgeplane::cli {
namespace {

// An agent that polls has no session: it is there as long as it comes back.
// Agents sync every few seconds up to a minute; some of that may be lost.
constexpr Duration kPollingSpan = std::chrono::minutes(5);

Cell StateOf(const v1::Agent& agent, Time now) {
  if (agent.disabled()) return {"disabled", Style::kWarning};
  if (agent.has_session()) return {"connected", Style::kGood};
  if (agent.has_last_sync_time() && now - GetTime(agent.last_sync_time()) <= kPollingSpan) {
    return {"polling", Style::kGood};
  }
  return {"away", Style::kFaint};
}

// Since when it is in its state; of an agent without a session, its last sync.
std::string SinceOf(const v1::Agent& agent, Time now) {
  const auto relative = [now](const auto& time) { return FormatRelative(GetTime(time), now); };
  if (agent.disabled()) return agent.has_disable_time() ? relative(agent.disable_time()) : "";
  if (agent.has_session()) return relative(agent.session().open_time());
  return agent.has_last_sync_time() ? relative(agent.last_sync_time()) : "";
}

void AddIdentity(Block& block, const v1::Agent& agent, Time now) {
  block.Add("agent", agent.agent_id());
  block.Add("state", StateOf(agent, now));
  if (agent.disabled()) {
    block.Add("disabled because", agent.disabled_reason());
    if (agent.has_disable_time()) {
      block.Add("disabled since", FormatMoment(GetTime(agent.disable_time()), now));
    }
  }
  block.Add("phone", agent.user_phone());
  block.Add("name", agent.display_name());
  block.Add("labels", FormatLabels(agent.labels()));
  block.Add("may connect from", agent.allowed_addresses().empty()
                                    ? std::vector<std::string>{"anywhere"}
                                    : std::vector<std::string>(agent.allowed_addresses().begin(),
                                                               agent.allowed_addresses().end()));
}

void AddSecret(Block& block, const v1::Agent& agent, Time now) {
  block.Add("secret fingerprint",
            agent.secret_fingerprint().empty() ? "none of its own" : agent.secret_fingerprint());
  if (agent.has_secret_create_time()) {
    block.Add("secret since", FormatMoment(GetTime(agent.secret_create_time()), now));
  }
}

// Which of the agent's secrets the session came with, seen from now.
std::string SessionSecretText(const v1::Agent& agent) {
  const std::string& used = agent.session().secret_fingerprint();
  if (used.empty()) return "the fleet secret";
  return used == agent.secret_fingerprint() ? used : used + " (an earlier one)";
}

void AddSession(Block& block, const v1::Agent& agent, Time now) {
  const v1::Session& session = agent.session();
  block.Add("connected from", session.peer_address());
  block.Add("connected since", FormatMoment(GetTime(session.open_time()), now));
  block.Add("connected with", SessionSecretText(agent));
  block.Add("gateway", session.gateway_id());
  block.Add("session", session.session_id() + " (epoch " + std::to_string(session.epoch()) + ")");
}

std::string ConfigText(const v1::Agent& agent) {
  const std::string version = "version " + std::to_string(agent.config_version());
  if (agent.delivered_config_version() == agent.config_version()) return version;
  return version + ", waiting for the agent, which " +
         (agent.delivered_config_version() == 0
              ? "has had none yet"
              : "has version " + std::to_string(agent.delivered_config_version()));
}

// What it says of itself, and how far it has got what it is told.
void AddReports(Block& block, const v1::Agent& agent, Time now) {
  if (agent.has_last_sync_time()) {
    block.Add("last sync", FormatMoment(GetTime(agent.last_sync_time()), now));
  }
  if (agent.has_status()) {
    const Result<std::string> fields = ToJson(agent.status().fields());
    block.Add("status", fields.ok() ? *fields : "(" + fields.error().message + ")");
    block.Add("status of", FormatMoment(GetTime(agent.status().time()), now));
  }
  if (agent.config_version() > 0) block.Add("configuration", ConfigText(agent));
}

std::string RefusalText(const v1::Refusal& refusal, Time now) {
  std::string text =
      ReasonText(refusal.reason()) + ", " + FormatMoment(GetTime(refusal.last_time()), now);
  if (refusal.count() > 1) text += ", " + std::to_string(refusal.count()) + " attempts";
  return text;
}

}  // namespace

void WriteAgent(const Surroundings& around, const v1::Agent& agent,
                const v1::Refusal* last_refusal) {
  const Time now = around.clock.Now();
  Block block;
  AddIdentity(block, agent, now);
  AddSecret(block, agent, now);
  if (agent.has_session()) AddSession(block, agent, now);
  AddReports(block, agent, now);
  if (last_refusal != nullptr) {
    block.Add("last refused", {RefusalText(*last_refusal, now), Style::kWarning});
    block.Add("refusal", last_refusal->refusal_id());
  }
  if (agent.has_create_time()) {
    block.Add("created", FormatMoment(GetTime(agent.create_time()), now));
  }
  if (agent.has_update_time()) {
    block.Add("changed", FormatMoment(GetTime(agent.update_time()), now));
  }
  block.Write(around.out, around.colour);
}

void WriteAgents(const Surroundings& around,
                 const google::protobuf::RepeatedPtrField<v1::Agent>& agents) {
  const Time now = around.clock.Now();
  Table table({"AGENT", "STATE", "SINCE", "PEER", "PHONE", "NAME", "LABELS"});
  for (const v1::Agent& agent : agents) {
    table.Add({agent.agent_id(), StateOf(agent, now), SinceOf(agent, now),
               agent.session().peer_address(), agent.user_phone(), agent.display_name(),
               Join(FormatLabels(agent.labels()), ",")});
  }
  table.Write(around.out, around.colour, around.columns);
}

}  // namespace edgeplane::cli
