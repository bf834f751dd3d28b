#include <google/protobuf/descriptor.h>

#include <memory>
#include <optional>

#include "base/timestamp.h"
#include "cli/client.h"
#include "cli/commands.h"
#include "cli/format.h"
#include "cli/json_output.h"
#include "cli/paging.h"
#include "cli/span_option.h"
#include "cli/table.h"
#include "services/admin/audited_call.h"

namespace edgeplane::cli {
namespace {

struct ListOptions {
  std::string agent;
  std::string caller;
  std::string method;
  std::string since;
  int64_t limit = 100;
};

Cell OutcomeOf(const v1::AuditEntry& entry) {
  if (!entry.has_status_code()) return {"unknown", Style::kWarning};
  if (entry.status_code() == 0) return {"ok", Style::kGood};
  if (!entry.error_reason().empty()) return {entry.error_reason(), Style::kBad};
  return {"code " + std::to_string(entry.status_code()), Style::kBad};
}

void WriteEntries(const Surroundings& around,
                  const google::protobuf::RepeatedPtrField<v1::AuditEntry>& entries) {
  if (entries.empty()) {
    around.out << "Nothing was asked for that matches.\n";
    return;
  }
  Table table({"TIME", "CALLER", "FROM", "METHOD", "AGENT", "SUBJECT", "OUTCOME", "DETAIL"});
  for (const v1::AuditEntry& entry : entries) {
    table.Add({FormatLocal(GetTime(entry.create_time())), entry.caller(), entry.peer_address(),
               entry.method(), entry.agent_id(), entry.subject_id(), OutcomeOf(entry),
               entry.detail()});
  }
  table.KeepWhole(5);
  table.Write(around.out, around.colour, around.columns);
}

Outcome List(const ListOptions& options, const Invocation& invocation) {
  v1::ListAuditRequest request;
  v1::AuditFilter& filter = *request.mutable_filter();
  filter.set_agent_id(options.agent);
  filter.set_caller(options.caller);
  filter.set_method(options.method);
  const Status since = SetSince(options.since, invocation.around.clock.Now(), filter);
  if (!since.ok()) return UsageError(since.error().message);
  Client client(invocation);
  v1::ListAuditResponse all;
  if (std::optional<Outcome> failure = CollectPages(
          client, &Client::Stub::ListAudit, request, options.limit,
          [](v1::ListAuditResponse& page) { return page.mutable_entries(); }, all)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, all);
  WriteEntries(invocation.around, all.entries());
  MentionTheRest(invocation.around, all, options.limit);
  return {};
}

// Those that leave an entry.
std::vector<std::string> KnownMethods() {
  std::vector<std::string> names;
  const auto& service =
      *v1::ListAuditRequest::descriptor()->file()->FindServiceByName("AdminService");
  for (int i = 0; i < service.method_count(); ++i) {
    const std::string& method = service.method(i)->name();
    if (admin::HasSideEffects(method)) names.push_back(method);
  }
  return names;
}

}  // namespace

void AddAuditCommands(CommandTree& tree) {
  CLI::App& group = tree.AddGroup("audit", "See who asked for what.",
                                  "edgeplane audit list --since 1d\n"
                                  "edgeplane audit list --agent edge_1 --method SendCommand");
  const auto options = std::make_shared<ListOptions>();
  CLI::App& list = tree.AddCall(
      group, "list",
      "List what operators have asked for, newest first, and what came of it. All filters that are "
      "given must hold.",
      "edgeplane audit list --since 1d\n"
      "edgeplane audit list --agent edge_1 --method SendCommand",
      [options](const Invocation& invocation) { return List(*options, invocation); });
  list.add_option("--agent", options->agent, "Only what is about this agent.")->type_name("ID");
  list.add_option("--caller", options->caller, "Only with the admin token of this name.")
      ->type_name("NAME");
  CLI::Option* method =
      list.add_option("--method", options->method, "Only calls of this method of the API.")
          ->type_name("METHOD");
  tree.Offer(method, KnownMethods());
  list.add_option("--since", options->since,
                  "Only in this span before now (15m, 1h, 7d), or after this moment (RFC 3339).")
      ->type_name("TIME");
  list.add_option("--limit", options->limit, "At most so many entries. Default: 100.")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, kListLimitMax).description(""));
}

}  // namespace edgeplane::cli
