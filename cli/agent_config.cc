// The configuration an agent should have.
#include <google/protobuf/util/message_differencer.h>

#include <memory>
#include <optional>
#include <string>

#include "base/timestamp.h"
#include "cli/agent_commands.h"
#include "cli/client.h"
#include "cli/format.h"
#include "cli/json_output.h"
#include "cli/payload.h"
#include "cli/table.h"

namespace edgeplane::cli {
namespace {

struct SetOptions {
  std::string id;
  std::string config;
  std::string file;
  bool resend = false;
};

std::string DeliveryText(const v1::DesiredConfig& config, Time now) {
  const std::string when =
      config.has_deliver_time() ? FormatMoment(GetTime(config.deliver_time()), now) : std::string();
  if (config.delivered_version() == config.version()) {
    return when.empty() ? "handed to the agent" : "handed to the agent " + when;
  }
  if (config.delivered_version() == 0) return "waiting for the agent, which has had none yet";
  return "waiting for the agent, which has version " + std::to_string(config.delivered_version()) +
         (when.empty() ? "" : " since " + when);
}

// What setting a configuration came to, beside the one there was before.
std::string ChangeText(const v1::DesiredConfig& before, const v1::DesiredConfig& now, bool resend) {
  if (before.version() == 0) return "set for the first time";
  // A version is counted for a resend, too.
  if (!google::protobuf::util::MessageDifferencer::Equals(before.config(), now.config())) {
    return "changed from version " + std::to_string(before.version());
  }
  return resend ? "the same as before, to be handed out once more"
                : "the same as before: nothing changes";
}

// `change`: what a command has just done to it; empty where it has only looked.
Outcome WriteConfig(const Invocation& invocation, const v1::DesiredConfig& config,
                    const std::string& change) {
  const Surroundings& around = invocation.around;
  if (invocation.json) return WriteJson(around.out, config);
  const Time now = around.clock.Now();
  Block block;
  block.Add("agent", config.agent_id());
  if (config.version() == 0) {
    block.Add("configuration", "none has been set");
    block.Write(around.out, around.colour);
    return {};
  }
  const Result<std::string> content = ToJson(config.config());
  block.Add("version", std::to_string(config.version()));
  block.Add("done", change);
  if (config.has_update_time()) {
    block.Add("changed", FormatMoment(GetTime(config.update_time()), now));
  }
  block.Add("state", DeliveryText(config, now));
  block.Add("configuration", content.ok() ? *content : "(" + content.error().message + ")");
  block.Write(around.out, around.colour);
  return {};
}

Outcome Set(const SetOptions& options, const Invocation& invocation) {
  const CLI::App& leaf = invocation.leaf;
  const bool from_file = leaf.get_option_no_throw("--config-file")->count() > 0;
  if (!from_file && leaf.get_option_no_throw("--config")->count() == 0) {
    return UsageError("nothing to set: give --config JSON or --config-file F");
  }
  const char* option = from_file ? "--config-file: " : "--config: ";
  const Result<std::string> text =
      from_file
          ? ReadPayloadText(options.file == "-" ? "-" : "@" + options.file, invocation.around.in)
          : ReadPayloadText(options.config, invocation.around.in);
  if (!text.ok()) return UsageError(option + text.error().message);
  Result<google::protobuf::Struct> config = ParsePayload(*text);
  if (!config.ok()) return UsageError(option + config.error().message);
  v1::SetDesiredConfigRequest request;
  request.set_agent_id(options.id);
  *request.mutable_config() = std::move(*config);
  request.set_resend(options.resend);
  Client client(invocation);
  v1::GetDesiredConfigRequest look;
  look.set_agent_id(options.id);
  v1::DesiredConfig before;
  if (std::optional<Outcome> failure = client.Call(&Client::Stub::GetDesiredConfig, look, before)) {
    return *failure;
  }
  v1::DesiredConfig answer;
  if (std::optional<Outcome> failure =
          client.Call(&Client::Stub::SetDesiredConfig, request, answer)) {
    return *failure;
  }
  return WriteConfig(invocation, answer, ChangeText(before, answer, options.resend));
}

Outcome Show(const std::string& id, const Invocation& invocation) {
  Client client(invocation);
  v1::GetDesiredConfigRequest request;
  request.set_agent_id(id);
  v1::DesiredConfig config;
  if (std::optional<Outcome> failure =
          client.Call(&Client::Stub::GetDesiredConfig, request, config)) {
    return *failure;
  }
  return WriteConfig(invocation, config, "");
}

}  // namespace

void AddAgentSetConfig(CommandTree& tree, CLI::App& group) {
  const auto options = std::make_shared<SetOptions>();
  CLI::App& set = tree.AddCall(
      group, "set-config",
      "Say which configuration an agent should have, all of it. It is durable when this returns, "
      "and goes out once: at once to an agent that is connected, otherwise when it comes. The "
      "same content again is no change.",
      "edgeplane agent set-config edge_1 --config '{\"interval\": 30}'\n"
      "edgeplane agent set-config edge_1 --config-file edge_1.json --resend",
      [options](const Invocation& invocation) { return Set(*options, invocation); });
  set.add_option("ID", options->id, "The agent's id.")->required();
  CLI::Option* inline_config =
      set.add_option("--config", options->config,
                     "The configuration: a JSON object, at most 64 KiB; @FILE reads it from a "
                     "file, '-' from standard input. Numbers that a double cannot hold are "
                     "refused.")
          ->type_name("JSON");
  set.add_option("--config-file", options->file, "A file that holds it; '-' is standard input.")
      ->type_name("FILE")
      ->excludes(inline_config);
  set.add_flag("--resend", options->resend, "Hand it out once more, even if it is the same.");
}

void AddAgentShowConfig(CommandTree& tree, CLI::App& group) {
  const auto id = std::make_shared<std::string>();
  CLI::App& show =
      tree.AddCall(group, "show-config",
                   "Show the configuration an agent should have, and how far it has got it.",
                   "edgeplane agent show-config edge_1\n"
                   "edgeplane agent show-config edge_1 --json | jq .config",
                   [id](const Invocation& invocation) { return Show(*id, invocation); });
  show.add_option("ID", *id, "The agent's id.")->required();
}

}  // namespace edgeplane::cli
