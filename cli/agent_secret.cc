// Giving an agent a new secret, and taking back the old ones.
#include <memory>
#include <optional>
#include <string>

#include "base/timestamp.h"
#include "cli/agent_commands.h"
#include "cli/agent_secret_output.h"
#include "cli/agent_view.h"
#include "cli/client.h"
#include "cli/confirm.h"
#include "cli/escape.h"
#include "cli/format.h"
#include "cli/json_output.h"
#include "cli/span_option.h"

namespace edgeplane::cli {
namespace {

struct RotateOptions {
  std::string id;
  std::optional<Duration> overlap;
  std::string secret_out;
  bool yes = false;
};

constexpr char kRotateAgain[] =
    "Rotate again: that makes another secret, and is harmless if this one was never in force.";

Outcome SecretLost(const std::string& why) {
  return {ExitCode::kFailed, {why + "; the agent has a new secret, and it is lost.", kRotateAgain}};
}

// What a call left behind that the server did not answer in time.
Outcome MaybeRotated(Outcome failure) {
  if (failure.in_doubt) failure.lines.emplace_back(kRotateAgain);
  return failure;
}

// Only where somebody is there to be asked, and only where the answer matters: an
// agent that is away loses nothing at this moment.
std::optional<Outcome> AskBeforeCutting(Client& client, const RotateOptions& options,
                                        const Invocation& invocation) {
  const bool overlaps = options.overlap && *options.overlap > Duration::zero();
  if (overlaps || options.yes || !invocation.around.in_is_terminal) return std::nullopt;
  v1::GetAgentRequest request;
  request.set_agent_id(options.id);
  v1::Agent agent;
  if (std::optional<Outcome> failure = client.Call(&Client::Stub::GetAgent, request, agent)) {
    return failure;
  }
  if (!agent.has_session()) return std::nullopt;
  return Confirm(invocation.around,
                 "Agent " + EscapeForTerminal(options.id) +
                     " is connected. Without --overlap its session ends, and it is out until it "
                     "has the new secret. Rotate?");
}

Outcome Rotate(const RotateOptions& options, const Invocation& invocation) {
  if (!IsPlainId(options.id)) return UsageError("ID: " + std::string(kPlainIdRule));
  Client client(invocation);
  if (std::optional<Outcome> failure = client.Prepare()) return *failure;
  if (std::optional<Outcome> refused = AskBeforeCutting(client, options, invocation)) {
    return *refused;
  }
  Result<SecretOutput> output = SecretOutput::Open(
      kAgentSecretWords,
      options.secret_out.empty() ? DefaultSecretFile(options.id) : options.secret_out);
  if (!output.ok()) return UsageError(output.error().message);
  v1::RotateSecretRequest request;
  request.set_agent_id(options.id);
  if (options.overlap) SetDuration(*options.overlap, *request.mutable_overlap());
  Wiped<v1::RotateSecretResponse> answer;
  if (std::optional<Outcome> failure =
          client.Call(&Client::Stub::RotateSecret, request, answer.message)) {
    return MaybeRotated(std::move(*failure));
  }
  const v1::Agent& agent = answer.message.agent();
  return output->Give(
      invocation, agent, answer.message.secret(), [&] { WriteAgent(invocation.around, agent); },
      SecretLost);
}

Outcome Retire(const std::string& id, const Invocation& invocation) {
  Client client(invocation);
  v1::RetireSecretRequest request;
  request.set_agent_id(id);
  v1::Agent agent;
  if (std::optional<Outcome> failure = client.Call(&Client::Stub::RetireSecret, request, agent)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, agent);
  WriteAgent(invocation.around, agent);
  return {};
}

}  // namespace

void AddAgentRotateSecret(CommandTree& tree, CLI::App& group) {
  const auto options = std::make_shared<RotateOptions>();
  CLI::App& rotate = tree.AddCall(
      group, "rotate-secret",
      "Make a new secret for an agent. It goes into a file of its own, readable by you alone, and "
      "can never be read back from the server. Without --overlap the earlier secrets end at once, "
      "and so does the session: the agent is out until it has the new one. Asks first on a "
      "terminal when the agent is connected.",
      "edgeplane agent rotate-secret edge_1 --overlap 24h --secret-out edge_1.new\n"
      "edgeplane agent rotate-secret edge_1 --secret-out /run/provision/edge_1",
      [options](const Invocation& invocation) { return Rotate(*options, invocation); });
  rotate.add_option("ID", options->id, "The agent's id.")->required();
  AddSpanOption(rotate, "--overlap", options->overlap, {.max = std::chrono::hours(24 * 30)},
                "How long the earlier secrets are accepted beside the new one; at most 30d. The "
                "fleet secret has no overlap: it ends when an agent gets a secret of its own. "
                "Default: 0s.");
  rotate
      .add_option("--secret-out", options->secret_out,
                  "Where the secret goes. An existing file is never overwritten; '-' prints it. "
                  "Default: ./ID.secret.")
      ->type_name("FILE");
  rotate.add_flag("-y,--yes", options->yes, "Do not ask.");
}

void AddAgentRetireSecret(CommandTree& tree, CLI::App& group) {
  const auto id = std::make_shared<std::string>();
  CLI::App& retire = tree.AddCall(
      group, "retire-secret",
      "End the overlap of a rotation now: every secret but the newest is refused, and a session "
      "that came with one ends.",
      "edgeplane agent retire-secret edge_1",
      [id](const Invocation& invocation) { return Retire(*id, invocation); });
  retire.add_option("ID", *id, "The agent's id.")->required();
}

}  // namespace edgeplane::cli
