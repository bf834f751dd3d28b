#include <google/protobuf/descriptor.h>

#include <memory>
#include <optional>

#include "cli/client.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/json_output.h"
#include "cli/paging.h"
#include "cli/refusal_view.h"
#include "cli/span_option.h"

namespace edgeplane::cli {
namespace {

struct ListOptions {
  std::string agent;
  std::vector<std::string> reasons;
  std::string since;
  int64_t limit = 100;
};

Outcome Show(const std::string& id, const Invocation& invocation) {
  Client client(invocation);
  v1::GetRefusalRequest request;
  request.set_refusal_id(id);
  v1::Refusal refusal;
  if (std::optional<Outcome> failure = client.Call(&Client::Stub::GetRefusal, request, refusal)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, refusal);
  WriteRefusal(invocation.around, refusal);
  return {};
}

Result<v1::ListRefusalsRequest> ToRequest(const ListOptions& options, Time now) {
  v1::ListRefusalsRequest request;
  v1::RefusalFilter& filter = *request.mutable_filter();
  filter.set_agent_id(options.agent);
  for (const std::string& name : options.reasons) {
    v1::Reason reason{};
    if (!v1::Reason_Parse(name, &reason)) {
      return MakeError(v1::ErrorReason::INVALID_FIELD, "--reason: no such reason");
    }
    filter.add_reasons(reason);
  }
  if (Status set = SetSince(options.since, now, filter); !set.ok()) return set.error();
  return request;
}

Outcome List(const ListOptions& options, const Invocation& invocation) {
  const Result<v1::ListRefusalsRequest> request = ToRequest(options, invocation.around.clock.Now());
  if (!request.ok()) return UsageError(request.error().message);
  Client client(invocation);
  v1::ListRefusalsResponse all;
  if (std::optional<Outcome> failure = CollectPages(
          client, &Client::Stub::ListRefusals, *request, options.limit,
          [](v1::ListRefusalsResponse& page) { return page.mutable_refusals(); }, all)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, all);
  WriteRefusals(invocation.around, all.refusals());
  MentionTheRest(invocation.around, all, options.limit);
  return {};
}

std::vector<std::string> KnownReasons() {
  std::vector<std::string> names;
  const google::protobuf::EnumDescriptor& known = *v1::Reason_descriptor();
  for (int i = 0; i < known.value_count(); ++i) {
    if (known.value(i)->number() != 0) names.push_back(known.value(i)->name());
  }
  return names;
}

}  // namespace

void AddRefusalCommands(CommandTree& tree) {
  CLI::App& group = tree.AddGroup("refusal", "Find out why agents were refused.",
                                  "edgeplane refusal list --since 1h\n"
                                  "edgeplane refusal show 0190a5b4-7c1e-7f3a-9d2b-5e8f1a2b3c4d");
  const auto options = std::make_shared<ListOptions>();
  CLI::App& list = tree.AddCall(
      group, "list", "List refusals, newest first. All filters that are given must hold.",
      "edgeplane refusal list --since 1h\n"
      "edgeplane refusal list --agent edge_1 --reason secret_mismatch",
      [options](const Invocation& invocation) { return List(*options, invocation); });
  list.add_option("--agent", options->agent, "Only of this agent, as claimed.")->type_name("ID");
  CLI::Option* reason = list.add_option("--reason", options->reasons,
                                        "Only for this reason; may be given more than once.")
                            ->type_name("REASON")
                            ->delimiter(',')
                            ->allow_extra_args(false);
  tree.Restrict(reason, KnownReasons());
  list.add_option("--since", options->since,
                  "Only with an attempt in this span before now (15m, 1h, 7d), or after this "
                  "moment (RFC 3339).")
      ->type_name("TIME");
  list.add_option("--limit", options->limit, "At most so many refusals. Default: 100.")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, kListLimitMax).description(""));

  const auto id = std::make_shared<std::string>();
  CLI::App& show = tree.AddCall(
      group, "show",
      "Explain one refusal: what happened, whose turn it is, what was presented and what was "
      "expected. The refused party got the id as refusal_id and as X-Refusal-Id.",
      "edgeplane refusal show 0190a5b4-7c1e-7f3a-9d2b-5e8f1a2b3c4d",
      [id](const Invocation& invocation) { return Show(*id, invocation); });
  show.add_option("REFUSAL_ID", *id, "The refusal's id.")->required();
}

}  // namespace edgeplane::cli
