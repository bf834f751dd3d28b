#include "services/registry/registry_settings.h"

namespace edgeplane::registry {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

void DeclareTakeoverSettings(SettingSet& set, storage::TakeoverLimits& takeovers) {
  set.Count("takeover-max",
            "How often newer connections may take over from older ones of the same agent within "
            "takeover-window.",
            "takeovers", 1, 1000, takeovers.takeovers_max);
  set.Span("takeover-window", "The time that takeover-max is about.", seconds(1), hours(1),
           takeovers.window);
  set.Span(
      "takeover-calm",
      "After takeover-max, how long nobody may try before one may take over again; longer than "
      "agents wait between two attempts.",
      seconds(1), hours(1), takeovers.calm);
}

}  // namespace

void DeclareRegistrySettings(SettingSet& set, RegistrySettings& settings) {
  set.Span("token-max-age", "How old an HMAC token may be; agents reuse one for 23 hours.",
           minutes(1), hours(24 * 30), settings.token_max_age);
  set.Span("token-max-skew", "How far in the future an HMAC token's time may lie.", seconds(0),
           hours(24), settings.token_max_skew);
  set.Path("fleet-secret-file",
           "A file with the fleet secret, which serves agents that have no secret of their own; "
           "empty: none is accepted.",
           settings.fleet_secret_file);
  DeclareTakeoverSettings(set, settings.takeovers);
  set.Count("sync-commands-max", "Commands handed out in the answer to one sync.", "commands", 1,
            1000, settings.sync_commands_max);
  set.Bytes("sync-bytes-max",
            "Payload handed out in the answer to one sync; one command always fits.", 1024,
            int64_t{2} * 1024 * 1024, settings.sync_bytes_max);
  set.Span(
      "sync-redelivery-after",
      "How long a command handed out by a sync may go without a sign of the agent before it is "
      "handed out again, or is IN_DOUBT where it may not be.",
      seconds(1), hours(24), settings.sync_redelivery_after);
  set.Span("event-retention", "How long agents' events are kept.", minutes(1), hours(24 * 3650),
           settings.event_retention);
  set.Span("command-retention",
           "How long commands are kept, with their history, after the last that happened to them; "
           "those that are not final are kept in any case.",
           minutes(1), hours(24 * 3650), settings.command_retention);
  set.Span("refusal-retention", "How long refusals are kept after they were last seen.", minutes(1),
           hours(24 * 3650), settings.refusal_retention);
  set.Span("audit-retention", "How long it is kept what operators have asked for.", minutes(1),
           hours(24 * 3650), settings.audit_retention);
  set.Span("sweep-interval",
           "How often expired commands are ended and sessions left behind are looked at again.",
           milliseconds(10), minutes(1), settings.sweep_interval);
  set.Count("sweep-batch", "How many commands expire in one transaction.", "commands", 1, 10000,
            settings.sweep_batch);
  set.Count("registry-workers", "Threads that run calls and deliveries.", "threads", 2, 512,
            settings.registry_workers);
  set.Count("registry-queue-max",
            "Calls that may wait for a worker; beyond it they are turned away.", "calls", 16,
            1000000, settings.registry_queue_max);
  set.Count("delivery-window", "Commands on their way to one connection and not yet written to it.",
            "commands", 1, 1024, settings.delivery_window);
  set.Bytes(
      "delivery-window-bytes",
      "Payload on its way to one connection and not yet written to it; one command always fits.",
      1024, int64_t{16} * 1024 * 1024, settings.delivery_window_bytes);
  set.Span("gateway-lease",
           "How long a gateway that says nothing keeps its agents to itself. After that they may "
           "connect elsewhere; the gateway sends them away before, if it lives and reaches no "
           "registry.",
           seconds(5), minutes(60), settings.gateway_lease);
  set.Span("link-hello-timeout",
           "How long a gateway's link may be silent before it has introduced itself.",
           milliseconds(100), minutes(5), settings.link_hello_timeout);
  set.Count("link-inbox-max", "Messages read from one gateway and not yet processed.", "messages",
            1, 65536, settings.link_inbox_max);
  set.Count("link-queue-max",
            "Messages waiting to be sent to one gateway; beyond it the link ends.", "messages", 64,
            10000000, settings.link_queue_max);
  set.Bytes("link-queue-bytes-max",
            "Bytes waiting to be sent to one gateway; beyond it the link ends.",
            int64_t{1024} * 1024, int64_t{1024} * 1024 * 1024, settings.link_queue_bytes_max);
}

}  // namespace edgeplane::registry
