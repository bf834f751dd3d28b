#include "cli/simulate/roster.h"

#include <unordered_set>

#include "cli/escape.h"
#include "cli/paging.h"
#include "cli/simulate/admin_pool.h"
#include "cli/simulate/credentials.h"
#include "cli/simulate/state_file.h"

namespace edgeplane::simulate {
namespace {

using cli::Client;
using cli::ExitCode;
using cli::Outcome;

constexpr char kLabel[] = "simulated-by";

// The agents of the prefix, by whose they are.
struct Listed {
  std::unordered_set<std::string> own;
  std::unordered_set<std::string> foreign;
};

std::optional<Outcome> List(const cli::Invocation& invocation, const Plan& plan,
                            const std::string& mark, Listed& listed) {
  Client client(invocation);
  v1::ListAgentsRequest request;
  request.mutable_filter()->set_agent_id_prefix(plan.prefix);
  v1::ListAgentsResponse all;
  if (std::optional<Outcome> failure = cli::CollectPages(
          client, &Client::Stub::ListAgents, request, cli::kListLimitMax,
          [](v1::ListAgentsResponse& page) { return page.mutable_agents(); }, all)) {
    return failure;
  }
  for (const v1::Agent& agent : all.agents()) {
    const auto label = agent.labels().find(kLabel);
    const bool own = label != agent.labels().end() && label->second == mark;
    (own ? listed.own : listed.foreign).insert(agent.agent_id());
  }
  return std::nullopt;
}

struct ImportRequest {
  v1::ImportAgentRequest message;
  ~ImportRequest() { cli::WipeSensitive(message); }
};

}  // namespace

Roster::Roster(const cli::Invocation& invocation, const Plan& plan, const Secret& key,
               Signals& signals)
    : invocation_(invocation), plan_(plan), key_(key), signals_(signals), mark_(MarkOf(key)) {}

std::optional<Outcome> Roster::Import(Client& client, const std::string& agent_id) const {
  ImportRequest request;
  request.message.set_agent_id(agent_id);
  request.message.set_user_phone(PhoneOf(key_.Reveal(), agent_id));
  request.message.set_display_name("Simulated by edgeplane simulate");
  (*request.message.mutable_labels())[kLabel] = mark_;
  const Secret secret = SecretOf(key_.Reveal(), agent_id);
  request.message.set_secret(secret.Reveal().data(), secret.Reveal().size());
  v1::Agent agent;
  return client.Call(&Client::Stub::ImportAgent, request.message, agent);
}

std::optional<Outcome> Roster::Fill() {
  Listed listed;
  if (std::optional<Outcome> failure = List(invocation_, plan_, mark_, listed)) return failure;
  std::vector<std::string> missing;
  for (int64_t number = 0; number < plan_.agents; ++number) {
    std::string id = AgentId(plan_, number);
    if (listed.foreign.contains(id)) {
      return Outcome{ExitCode::kUsage,
                     {"agent " + cli::EscapeForTerminal(id) +
                          " exists, and was not made with this state file: its secret is not known",
                      "Give another --prefix, or the --state-file it was made with."}};
    }
    if (!listed.own.contains(id)) missing.push_back(std::move(id));
  }
  const auto count = static_cast<int64_t>(missing.size());
  std::optional<Outcome> failure = ForEachByAdmin(
      invocation_, signals_, count,
      [&](Client& client, int64_t at) { return Import(client, missing[static_cast<size_t>(at)]); },
      [&](int64_t done) { created_ = done; });
  return failure;
}

std::optional<Outcome> Roster::Clear() {
  Listed listed;
  if (std::optional<Outcome> failure = List(invocation_, plan_, mark_, listed)) return failure;
  const std::vector<std::string> own(listed.own.begin(), listed.own.end());
  return ForEachByAdmin(
      invocation_, signals_, static_cast<int64_t>(own.size()),
      [&](Client& client, int64_t at) {
        v1::DeleteAgentRequest request;
        request.set_agent_id(own[static_cast<size_t>(at)]);
        v1::DeleteAgentResponse response;
        return client.Call(&Client::Stub::DeleteAgent, request, response);
      },
      [&](int64_t done) { deleted_ = done; });
}

}  // namespace edgeplane::simulate
