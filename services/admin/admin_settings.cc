#include "services/admin/admin_settings.h"

namespace edgeplane::admin {

void DeclareAdminSettings(SettingSet& set, AdminSettings& settings) {
  set.Span("command-default-ttl",
           "How long a command may wait and run when its sender does not say.", kCommandTtlMin,
           kCommandTtlMax, settings.command_default_ttl);
  set.Count("max-queued-commands",
            "Unfinished commands one agent may have; sending more fails with COMMAND_QUEUE_FULL.",
            "commands", 1, 1'000'000, settings.max_queued_commands);
  set.Count("max-watches", "WatchCommand and WatchEvents streams that may be open at once.",
            "streams", 1, 10'000, settings.max_watches);
  set.Flag(
      "reflection",
      "Whether the operator's port describes its API to tools such as grpcurl; needs no token.",
      settings.reflection);
}

}  // namespace edgeplane::admin
