// Join tokens: with one, a program registers as an agent by itself.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/timestamp.h"
#include "cli/agent_commands.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/json_output.h"
#include "cli/paging.h"
#include "cli/secret_output.h"
#include "cli/span_option.h"
#include "cli/token_view.h"

namespace edgeplane::cli {
namespace {

constexpr SecretWords kWords{"The join token", "token", "--token-out"};
constexpr char kDefaultFile[] = "./join.token";

struct CreateOptions {
  std::string description;
  std::string phone;
  std::vector<std::string> labels;
  int64_t max_uses = 0;
  std::optional<Duration> ttl;
  std::string token_out = kDefaultFile;
};

Outcome TokenLost(const std::string& id, const std::string& why) {
  return {ExitCode::kFailed,
          {why + "; the token is made, but nobody has it.",
           "Run `edgeplane token revoke " + id + "` and create another."}};
}

// What a call left behind that the server did not answer in time.
Outcome MaybeCreated(Outcome failure) {
  if (!failure.in_doubt) return failure;
  failure.lines.emplace_back(
      "If `edgeplane token list` has a token that was made just now, nobody has it: revoke it, and "
      "create another.");
  return failure;
}

Outcome Create(const CreateOptions& options, const Invocation& invocation) {
  Client client(invocation);
  if (std::optional<Outcome> failure = client.Prepare()) return *failure;
  Result<SecretOutput> output = SecretOutput::Open(kWords, options.token_out);
  if (!output.ok()) return UsageError(output.error().message);
  v1::CreateJoinTokenRequest request;
  request.set_description(options.description);
  request.set_user_phone(options.phone);
  PutLabels(options.labels, *request.mutable_labels());
  request.set_max_uses(options.max_uses);
  if (options.ttl) SetDuration(*options.ttl, *request.mutable_ttl());
  Wiped<v1::CreateJoinTokenResponse> answer;
  if (std::optional<Outcome> failure =
          client.Call(&Client::Stub::CreateJoinToken, request, answer.message)) {
    return MaybeCreated(std::move(*failure));
  }
  const v1::JoinToken& token = answer.message.join_token();
  return output->Give(
      invocation, token, answer.message.token(), [&] { WriteJoinToken(invocation.around, token); },
      [&](const std::string& why) { return TokenLost(token.join_token_id(), why); });
}

Outcome List(int64_t limit, const Invocation& invocation) {
  Client client(invocation);
  v1::ListJoinTokensResponse all;
  if (std::optional<Outcome> failure = CollectPages(
          client, &Client::Stub::ListJoinTokens, v1::ListJoinTokensRequest(), limit,
          [](v1::ListJoinTokensResponse& page) { return page.mutable_join_tokens(); }, all)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, all);
  WriteJoinTokens(invocation.around, all.join_tokens());
  MentionTheRest(invocation.around, all, limit);
  return {};
}

Outcome Revoke(const std::string& id, const Invocation& invocation) {
  Client client(invocation);
  v1::RevokeJoinTokenRequest request;
  request.set_join_token_id(id);
  v1::JoinToken token;
  if (std::optional<Outcome> failure =
          client.Call(&Client::Stub::RevokeJoinToken, request, token)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, token);
  WriteJoinToken(invocation.around, token);
  return {};
}

void AddTokenCreate(CommandTree& tree, CLI::App& group) {
  const auto options = std::make_shared<CreateOptions>();
  CLI::App& create = tree.AddCall(
      group, "create",
      "Make a token with which programs register as agents by themselves. The token goes into a "
      "file of its own, readable by you alone, and can never be read back from the server.",
      "edgeplane token create --ttl 1h --max-uses 1 --phone +15551234568\n"
      "edgeplane token create --description \"rollout 42\" --label site=berlin \\\n"
      "    --token-out /run/provision/join.token",
      [options](const Invocation& invocation) { return Create(*options, invocation); });
  create.add_option("--description", options->description, "What it is for; at most 200 bytes.")
      ->type_name("TEXT");
  create
      .add_option("--phone", options->phone,
                  "Only this phone may register with it, E.164. Default: any.")
      ->type_name("PHONE");
  AddLabelOption(create, options->labels,
                 "A label for the agents made with it; may be given more than once.");
  create
      .add_option("--max-uses", options->max_uses,
                  "How many agents it may make; 0: any number. Default: 0.")
      ->type_name("N")
      ->check(CLI::Range(int64_t{0}, int64_t{1'000'000}).description(""));
  AddSpanOption(create, "--ttl", options->ttl,
                {std::chrono::seconds(1), std::chrono::hours(24 * 3650)},
                "How long it is good; 1s to 3650d. Default: 7d.");
  create
      .add_option("--token-out", options->token_out,
                  "Where the token goes. An existing file is never overwritten; '-' prints it. "
                  "Default: ./join.token.")
      ->type_name("FILE");
}

}  // namespace

void AddTokenCommands(CommandTree& tree) {
  CLI::App& group =
      tree.AddGroup("token", "Make and revoke the tokens with which programs register as agents.",
                    "edgeplane token create --ttl 1h --max-uses 10\n"
                    "edgeplane token list\n"
                    "edgeplane token revoke 0190a5b4-7c1e-7f3a-9d2b-5e8f1a2b3c4d");
  AddTokenCreate(tree, group);

  const auto limit = std::make_shared<int64_t>(100);
  CLI::App& list =
      tree.AddCall(group, "list", "List join tokens, newest first; never the tokens themselves.",
                   "edgeplane token list\n"
                   "edgeplane token list --json | jq '.join_tokens[].uses'",
                   [limit](const Invocation& invocation) { return List(*limit, invocation); });
  list.add_option("--limit", *limit, "At most so many tokens. Default: 100.")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, kListLimitMax).description(""));

  const auto id = std::make_shared<std::string>();
  CLI::App& revoke = tree.AddCall(
      group, "revoke",
      "Refuse a token from now on. The agents it has made stay; revoking twice changes nothing.",
      "edgeplane token revoke 0190a5b4-7c1e-7f3a-9d2b-5e8f1a2b3c4d",
      [id](const Invocation& invocation) { return Revoke(*id, invocation); });
  revoke.add_option("TOKEN_ID", *id, "The token's id, as `token list` shows it.")->required();
}

}  // namespace edgeplane::cli
