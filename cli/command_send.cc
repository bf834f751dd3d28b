#include <memory>
#include <optional>

#include "base/timestamp.h"
#include "cli/client.h"
#include "cli/command_commands.h"
#include "cli/command_view.h"
#include "cli/command_wait.h"
#include "cli/format.h"
#include "cli/json_output.h"
#include "cli/payload.h"
#include "cli/span_option.h"
#include "services/admin/admin_settings.h"

namespace edgeplane::cli {
namespace {

struct SendOptions {
  std::string agent;
  std::string type;
  std::string payload = "{}";
  std::string priority = "normal";
  std::optional<Duration> ttl;
  int32_t max_deliveries = 0;
  std::string idempotency_key;
  bool wait = false;
  std::optional<Duration> max_wait;
};

struct WatchOptions {
  std::string id;
  std::optional<Duration> max_wait;
};

Result<v1::SendCommandRequest> ToRequest(const SendOptions& options, std::istream& in) {
  const Result<std::string> text = ReadPayloadText(options.payload, in);
  if (!text.ok()) return text.error();
  Result<google::protobuf::Struct> payload = ParsePayload(*text);
  if (!payload.ok()) return payload.error();
  v1::SendCommandRequest request;
  request.set_agent_id(options.agent);
  request.set_type(options.type);
  *request.mutable_payload() = std::move(*payload);
  request.set_priority(options.priority == "immediate" ? v1::Command::IMMEDIATE
                                                       : v1::Command::NORMAL);
  if (options.ttl) SetDuration(*options.ttl, *request.mutable_ttl());
  request.set_max_deliveries(options.max_deliveries);
  request.set_idempotency_key(options.idempotency_key);
  return request;
}

OnStep PrintSteps(const Invocation& invocation) {
  return [&invocation](const v1::WatchCommandResponse& response) -> Outcome {
    std::ostream& out = invocation.around.out;
    if (invocation.json) {
      if (Outcome written = WriteJson(out, response); !written.ok()) return written;
    } else {
      WriteStep(invocation.around, response.step());
    }
    // Whoever reads a pipe wants each step when it happens.
    out.flush();
    if (!out) return {ExitCode::kFailed, {"standard output could not be written"}};
    return {};
  };
}

// With --json the one object is the command as it ended.
Outcome WaitQuietly(Client& client, const Invocation& invocation, const Wait& wait) {
  Outcome ended = FollowCommand(client, invocation.around.clock, wait,
                                [](const v1::WatchCommandResponse&) { return Outcome{}; });
  v1::GetCommandRequest request;
  request.set_command_id(wait.command_id);
  v1::Command command;
  if (std::optional<Outcome> failure = client.Call(&Client::Stub::GetCommand, request, command)) {
    return *failure;
  }
  if (Outcome written = WriteJson(invocation.around.out, command); !written.ok()) return written;
  return ended;
}

// A send that was not answered may have been done; doing it again does it twice
// unless there is a key.
Outcome MaybeSent(Outcome failure, const SendOptions& options) {
  if (!failure.in_doubt) return failure;
  failure.lines.push_back(options.idempotency_key.empty()
                              ? "With --idempotency-key K, sending it again would be harmless."
                              : "Send it again with the same --idempotency-key: it is sent once.");
  return failure;
}

Outcome Send(const SendOptions& options, const Invocation& invocation) {
  const Result<v1::SendCommandRequest> request = ToRequest(options, invocation.around.in);
  if (!request.ok()) return UsageError("--payload: " + request.error().message);
  Client client(invocation);
  v1::Command command;
  if (std::optional<Outcome> failure = client.Call(&Client::Stub::SendCommand, *request, command)) {
    return MaybeSent(std::move(*failure), options);
  }
  const Wait wait{.command_id = command.command_id(), .limit = options.max_wait};
  if (invocation.json) {
    if (options.wait) return WaitQuietly(client, invocation, wait);
    return WriteJson(invocation.around.out, command);
  }
  if (!options.wait) {
    WriteCommand(invocation.around, command);
    return {};
  }
  invocation.around.out << "command " << command.command_id() << '\n' << std::flush;
  return FollowCommand(client, invocation.around.clock, wait, PrintSteps(invocation));
}

Outcome Watch(const WatchOptions& options, const Invocation& invocation) {
  Client client(invocation);
  const Wait wait{.command_id = options.id, .limit = options.max_wait};
  return FollowCommand(client, invocation.around.clock, wait, PrintSteps(invocation));
}

void AddMaxWait(CLI::App& app, std::optional<Duration>& target) {
  AddSpanOption(app, "--max-wait", target, {.min = std::chrono::milliseconds(1)},
                "Wait no longer than this. Default: until the command has ended, which it does "
                "when it expires at the latest.");
}

}  // namespace

void AddCommandSend(CommandTree& tree, CLI::App& group) {
  const auto options = std::make_shared<SendOptions>();
  CLI::App& send = tree.AddCall(
      group, "send",
      "Queue a command for an agent. It is durable when this returns, whether the agent is "
      "connected or not.",
      "edgeplane command send edge_1 reload\n"
      "edgeplane command send edge_1 set_rule --payload '{\"rule\": 7}' --ttl 1h --wait\n"
      "edgeplane command send edge_1 apply --payload @config.json --idempotency-key rollout-42",
      [options](const Invocation& invocation) { return Send(*options, invocation); });
  send.add_option("ID", options->agent, "The agent's id.")->required();
  send.add_option("TYPE", options->type, "What to do, in the agent's own words.")->required();
  send.add_option("--payload", options->payload,
                  "A JSON object, at most 64 KiB; @FILE reads it from a file, '-' from standard "
                  "input. Numbers that a double cannot hold are refused. Default: {}.")
      ->type_name("JSON");
  CLI::Option* priority =
      send.add_option("--priority", options->priority,
                      "normal, or immediate: before all normal ones. Default: normal.")
          ->type_name("WORD");
  tree.Restrict(priority, {"normal", "immediate"});
  AddSpanOption(send, "--ttl", options->ttl, {admin::kCommandTtlMin, admin::kCommandTtlMax},
                "How long the command may wait and run; 1s to 30d. Default: the server's "
                "command-default-ttl.");
  send.add_option("--max-deliveries", options->max_deliveries,
                  "How often it may be handed to a connection: 1 at most once, 0 as often as it "
                  "takes. Default: 0.")
      ->type_name("N")
      ->check(CLI::Range(0, 100).description(""));
  send.add_option("--idempotency-key", options->idempotency_key,
                  "Makes sending the same command twice harmless; unique per agent.")
      ->type_name("TEXT");
  send.add_flag("--wait", options->wait,
                "Wait for the end of the command, printing each step; the exit code says how it "
                "ended.");
  AddMaxWait(send, options->max_wait);
  send.get_option("--max-wait")->needs(send.get_option("--wait"));
}

void AddCommandWatch(CommandTree& tree, CLI::App& group) {
  const auto options = std::make_shared<WatchOptions>();
  CLI::App& watch = tree.AddCall(
      group, "watch",
      "Print each step of a command, those so far and then each as it happens, until it has "
      "ended. The exit code is 0 when it COMPLETED, 10 FAILED, 11 EXPIRED, 12 CANCELLED, "
      "13 IN_DOUBT. With --json: one object per line.",
      "edgeplane command watch 0190a5b4-7c1e-7f3a-9d2b-5e8f1a2b3c4d\n"
      "edgeplane command watch 0190a5b4-7c1e-7f3a-9d2b-5e8f1a2b3c4d --max-wait 5m --json",
      [options](const Invocation& invocation) { return Watch(*options, invocation); });
  watch.add_option("COMMAND_ID", options->id, "The command's id.")->required();
  AddMaxWait(watch, options->max_wait);
}

}  // namespace edgeplane::cli
