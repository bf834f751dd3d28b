#include "services/registry/registry_settings.h"

namespace edgeplane::registry {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

void DeclareRegistrySettings(SettingSet& set, RegistrySettings& settings) {
  set.Span("token-max-age", "How old an HMAC token may be; agents reuse one for 23 hours.",
           minutes(1), hours(24 * 30), settings.token_max_age);
  set.Span("token-max-skew", "How far in the future an HMAC token's time may lie.", seconds(0),
           hours(24), settings.token_max_skew);
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
