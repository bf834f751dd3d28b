#include <memory>
#include <optional>

#include "cli/agent_commands.h"
#include "cli/agent_view.h"
#include "cli/client.h"
#include "cli/json_output.h"
#include "cli/secret_file.h"

namespace edgeplane::cli {
namespace {

struct ImportOptions {
  NewAgentOptions agent;
  std::string secret_file;
};

Outcome Import(const ImportOptions& options, const Invocation& invocation) {
  const Result<Secret> secret = ReadSecret(options.secret_file, invocation.around.in);
  if (!secret.ok()) return UsageError("--secret-file: " + secret.error().message);
  Wiped<v1::ImportAgentRequest> request;
  request.message.set_agent_id(options.agent.id);
  request.message.set_user_phone(options.agent.phone);
  request.message.set_display_name(options.agent.name);
  PutLabels(options.agent.labels, *request.message.mutable_labels());
  for (const std::string& address : options.agent.addresses) {
    request.message.add_allowed_addresses(address);
  }
  request.message.set_secret(secret->Reveal().data(), secret->Reveal().size());
  Client client(invocation);
  v1::Agent agent;
  if (std::optional<Outcome> failure =
          client.Call(&Client::Stub::ImportAgent, request.message, agent)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, agent);
  WriteAgent(invocation.around, agent);
  return {};
}

}  // namespace

void AddAgentImport(CommandTree& tree, CLI::App& group) {
  const auto options = std::make_shared<ImportOptions>();
  CLI::App& import = tree.AddCall(
      group, "import",
      "Register an agent that already has a secret. The secret is read from a file or from "
      "standard input, never from the command line, which every user of the machine can see.",
      "edgeplane agent import --id edge_1 --phone +15551234568 --secret-file edge_1.secret\n"
      "pass show edge_1 | edgeplane agent import --id edge_1 --phone +15551234568 --secret-file -",
      [options](const Invocation& invocation) { return Import(*options, invocation); });
  AddNewAgentOptions(import, options->agent);
  import
      .add_option("--secret-file", options->secret_file,
                  "File with the secret, 16 to 256 printable characters, readable by you alone "
                  "(chmod 600); '-' is standard input.")
      ->type_name("FILE")
      ->required();
}

}  // namespace edgeplane::cli
