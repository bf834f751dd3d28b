#include <memory>
#include <optional>

#include "cli/agent_commands.h"
#include "cli/agent_secret_output.h"
#include "cli/agent_view.h"
#include "cli/client.h"

namespace edgeplane::cli {
namespace {

struct CreateOptions {
  NewAgentOptions agent;
  std::string secret_out;
};

v1::CreateAgentRequest ToRequest(const NewAgentOptions& options) {
  v1::CreateAgentRequest request;
  request.set_agent_id(options.id);
  request.set_user_phone(options.phone);
  request.set_display_name(options.name);
  PutLabels(options.labels, *request.mutable_labels());
  for (const std::string& address : options.addresses) request.add_allowed_addresses(address);
  return request;
}

Outcome SecretLost(const std::string& id, const std::string& why) {
  return {ExitCode::kFailed,
          {why + "; the agent is registered, but its secret is lost.",
           "Run `edgeplane agent delete " + id + " --yes` and create it again."}};
}

// What a call left behind that the server did not answer in time.
Outcome MaybeCreated(Outcome failure, const std::string& id) {
  if (!failure.in_doubt) return failure;
  failure.lines.push_back("If `edgeplane agent show " + id +
                          "` finds it, its secret is lost: delete it and create it again.");
  return failure;
}

Outcome Create(const CreateOptions& options, const Invocation& invocation) {
  const std::string& id = options.agent.id;
  if (!IsPlainId(id)) return UsageError("--id: " + std::string(kPlainIdRule));
  Client client(invocation);
  if (std::optional<Outcome> failure = client.Prepare()) return *failure;
  Result<SecretOutput> output = SecretOutput::Open(
      kAgentSecretWords, options.secret_out.empty() ? DefaultSecretFile(id) : options.secret_out);
  if (!output.ok()) return UsageError(output.error().message);
  Wiped<v1::CreateAgentResponse> answer;
  const v1::CreateAgentRequest request = ToRequest(options.agent);
  if (std::optional<Outcome> failure =
          client.Call(&Client::Stub::CreateAgent, request, answer.message)) {
    return MaybeCreated(std::move(*failure), id);
  }
  const v1::Agent& agent = answer.message.agent();
  return output->Give(
      invocation, agent, answer.message.secret(), [&] { WriteAgent(invocation.around, agent); },
      [&](const std::string& why) { return SecretLost(id, why); });
}

}  // namespace

void AddAgentCreate(CommandTree& tree, CLI::App& group) {
  const auto options = std::make_shared<CreateOptions>();
  CLI::App& create = tree.AddCall(
      group, "create",
      "Register an agent; the server makes its secret. The secret goes into a file of its own, "
      "readable by you alone, and can never be read back from the server.",
      "edgeplane agent create --id edge_1 --phone +15551234568\n"
      "edgeplane agent create --id edge_1 --phone +15551234568 --label site=berlin \\\n"
      "    --allow-address 192.0.2.0/24 --secret-out /run/provision/edge_1",
      [options](const Invocation& invocation) { return Create(*options, invocation); });
  AddNewAgentOptions(create, options->agent);
  create
      .add_option("--secret-out", options->secret_out,
                  "Where the secret goes. An existing file is never overwritten; '-' prints it. "
                  "Default: ./ID.secret.")
      ->type_name("FILE");
}

}  // namespace edgeplane::cli
