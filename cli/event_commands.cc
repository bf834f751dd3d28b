// What agents reported, and what they report now.
#include <memory>
#include <optional>
#include <string>

#include "cli/client.h"
#include "cli/commands.h"
#include "cli/event_follow.h"
#include "cli/event_view.h"
#include "cli/json_output.h"
#include "cli/paging.h"

namespace edgeplane::cli {
namespace {

struct FilterOptions {
  std::string agent;
  std::string type;
};

struct ListOptions {
  FilterOptions filter;
  int64_t limit = 100;
};

struct WatchOptions {
  FilterOptions filter;
  std::string resume_token;
  std::optional<int64_t> limit;
};

v1::EventFilter ToProto(const FilterOptions& options) {
  v1::EventFilter filter;
  filter.set_agent_id(options.agent);
  filter.set_event_type(options.type);
  return filter;
}

void AddFilterOptions(CLI::App& app, FilterOptions& options) {
  app.add_option("--agent", options.agent, "Only events of this agent.")->type_name("ID");
  app.add_option("--type", options.type, "Only events of this type.")->type_name("TEXT");
}

Outcome List(const ListOptions& options, const Invocation& invocation) {
  Client client(invocation);
  v1::ListEventsRequest request;
  *request.mutable_filter() = ToProto(options.filter);
  v1::ListEventsResponse all;
  if (std::optional<Outcome> failure = CollectPages(
          client, &Client::Stub::ListEvents, std::move(request), options.limit,
          [](v1::ListEventsResponse& page) { return page.mutable_events(); }, all)) {
    return *failure;
  }
  if (invocation.json) return WriteJson(invocation.around.out, all);
  WriteEvents(invocation.around, all.events());
  MentionTheRest(invocation.around, all, options.limit);
  return {};
}

Outcome WriteMessage(const Invocation& invocation, const v1::WatchEventsResponse& message) {
  std::ostream& out = invocation.around.out;
  if (invocation.json) {
    if (Outcome written = WriteJson(out, message); !written.ok()) return written;
  } else if (message.has_event()) {
    WriteEvent(invocation.around, message.event());
  } else {
    invocation.around.err << "Waiting for events; Ctrl-C ends it.\n" << std::flush;
  }
  // Whoever reads a pipe wants each event when it happens.
  out.flush();
  if (!out) return {ExitCode::kFailed, {"standard output could not be written"}};
  return {};
}

Outcome Watch(const WatchOptions& options, const Invocation& invocation) {
  Client client(invocation);
  v1::WatchEventsRequest request;
  *request.mutable_filter() = ToProto(options.filter);
  request.set_resume_token(options.resume_token);
  Outcome written;
  int64_t left = options.limit.value_or(0);
  Outcome ended =
      FollowEvents(client, std::move(request), [&](const v1::WatchEventsResponse& message) {
        written = WriteMessage(invocation, message);
        const bool last = options.limit && message.has_event() && --left == 0;
        return written.ok() && !last;
      });
  return written.ok() ? ended : written;
}

}  // namespace

void AddEventCommands(CommandTree& tree) {
  CLI::App& group = tree.AddGroup("event", "See what agents report.",
                                  "edgeplane event list --agent edge_1\n"
                                  "edgeplane event watch --type message_received");
  const auto options = std::make_shared<ListOptions>();
  CLI::App& list = tree.AddCall(
      group, "list", "List events, newest first. All filters that are given must hold.",
      "edgeplane event list\n"
      "edgeplane event list --agent edge_1 --type message_received --limit 20",
      [options](const Invocation& invocation) { return List(*options, invocation); });
  AddFilterOptions(list, options->filter);
  list.add_option("--limit", options->limit, "At most so many events. Default: 100.")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, kListLimitMax).description(""));

  const auto watched = std::make_shared<WatchOptions>();
  CLI::App& watch = tree.AddCall(
      group, "watch",
      "Print each event as it is stored, from now on, until it is interrupted. Goes on over broken "
      "connections and a restart of the server without missing one. With --json: one object per "
      "line, with the token from which the watch can be resumed; the first says only where it "
      "begins.",
      "edgeplane event watch\n"
      "edgeplane event watch --agent edge_1 --json | jq --unbuffered -c .event.details\n"
      "edgeplane event watch --json --resume-token \"$LAST_TOKEN\"",
      [watched](const Invocation& invocation) { return Watch(*watched, invocation); });
  AddFilterOptions(watch, watched->filter);
  watch
      .add_option("--resume-token", watched->resume_token,
                  "Go on behind the message that this token came with; the filter must be the "
                  "same.")
      ->type_name("TOKEN");
  watch.add_option("--limit", watched->limit, "End after so many events. Default: go on for ever.")
      ->type_name("N")
      ->check(CLI::Range(int64_t{1}, kListLimitMax).description(""));
}

}  // namespace edgeplane::cli
