#include <signal.h>

#include <boost/json/serialize.hpp>
#include <memory>
#include <optional>

#include "cli/agent_commands.h"
#include "cli/agent_view.h"
#include "cli/client.h"
#include "cli/json_output.h"
#include "cli/secret_file.h"

namespace edgeplane::cli {
namespace {

constexpr char kToOutput[] = "-";

struct CreateOptions {
  NewAgentOptions agent;
  std::string secret_out;
};

// Wipes what the server answered, whichever way the command ends.
struct CreateAnswer {
  v1::CreateAgentResponse message;
  ~CreateAnswer() { WipeSensitive(message); }
};

// The id becomes the name of a file; the server, which has the last word on
// ids, is asked only after that file is there.
bool IsPlainId(const std::string& id) {
  return !id.empty() && id.front() != '.' && id.front() != '-' &&
         id.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
             "0123456789._-") == std::string::npos;
}

v1::CreateAgentRequest ToRequest(const NewAgentOptions& options) {
  v1::CreateAgentRequest request;
  request.set_agent_id(options.id);
  request.set_user_phone(options.phone);
  request.set_display_name(options.name);
  PutLabels(options.labels, *request.mutable_labels());
  for (const std::string& address : options.addresses) request.add_allowed_addresses(address);
  return request;
}

// One Agent; with the secret in it where it was asked for on standard output.
Outcome WriteCreatedJson(std::ostream& out, const v1::CreateAgentResponse& created,
                         bool with_secret) {
  if (!with_secret) return WriteJson(out, created.agent());
  Result<std::string> json = ToJson(created.agent());
  if (!json.ok()) return {ExitCode::kFailed, {json.error().message}};
  json->pop_back();  // the closing brace
  out << *json
      << ",\"secret\":" << boost::json::serialize(boost::json::string_view(created.secret()))
      << "}\n";
  return {};
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

// `path`: where the secret is; empty to show it as well.
Outcome Show(const v1::CreateAgentResponse& created, const std::string& path,
             const Invocation& invocation) {
  const Surroundings& around = invocation.around;
  if (invocation.json) {
    if (!path.empty()) around.err << "The agent's secret is in " << path << ".\n";
    if (Outcome written = WriteCreatedJson(around.out, created, path.empty()); !written.ok()) {
      return written;
    }
  } else {
    WriteAgent(around, created.agent());
    if (path.empty()) {
      around.out << "\nsecret: " << created.secret() << '\n';
    } else {
      around.out << "\nThe agent's secret is in " << path
                 << " (mode 0600). It cannot be shown again.\n";
    }
  }
  around.out.flush();
  if (path.empty() && !around.out) {
    return SecretLost(created.agent().agent_id(), "standard output could not be written");
  }
  return {};
}

Outcome Create(const CreateOptions& options, const Invocation& invocation) {
  const std::string& id = options.agent.id;
  if (!IsPlainId(id)) {
    return UsageError(
        "--id: an agent's id has letters, digits, '.', '_' and '-', and begins with "
        "a letter or digit");
  }
  Client client(invocation);
  if (std::optional<Outcome> failure = client.Prepare()) return *failure;
  const bool to_output = options.secret_out == kToOutput;
  // A reader that has gone must not end this program before it has said so.
  if (to_output) signal(SIGPIPE, SIG_IGN);
  std::optional<SecretFile> file;
  if (!to_output) {
    Result<SecretFile> made =
        SecretFile::Create(options.secret_out.empty() ? "./" + id + ".secret" : options.secret_out);
    if (!made.ok()) return UsageError(made.error().message);
    file.emplace(std::move(*made));
  }
  CreateAnswer answer;
  const v1::CreateAgentRequest request = ToRequest(options.agent);
  if (std::optional<Outcome> failure =
          client.Call(&Client::Stub::CreateAgent, request, answer.message)) {
    return MaybeCreated(std::move(*failure), id);
  }
  if (file) {
    const Status written = file->Write(answer.message.secret());
    if (!written.ok()) return SecretLost(id, written.error().message);
  }
  return Show(answer.message, file ? file->path() : "", invocation);
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
