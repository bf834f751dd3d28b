#include <memory>

#include "cli/all_settings.h"
#include "cli/commands.h"
#include "cli/serve.h"
#include "cli/setting_flags.h"

namespace edgeplane::cli {
namespace {

struct ServeFlags {
  AllSettings settings;  // only for their declarations
  SettingSet set;
  SettingSet::Values values;
};

}  // namespace

void AddServeCommand(CommandTree& tree) {
  const auto flags = std::make_shared<ServeFlags>();
  DeclareAllSettings(flags->set, flags->settings);
  CLI::App& serve = tree.AddLocal(
      "serve",
      "Run everything in this process until SIGTERM or SIGINT. Each setting can be given as an "
      "option, as an environment variable, or as a line `name = value` of the file that "
      "--config-file names; the option wins over the variable, the variable over the file.",
      "edgeplane serve\n"
      "edgeplane serve --data-dir /var/lib/edgeplane --tls-listen 0.0.0.0:8443\n"
      "EDGEPLANE_LOG_FORMAT=json edgeplane serve --config-file /etc/edgeplane/edgeplane.conf",
      [flags](const Invocation& invocation) -> Outcome {
        SettingSet::Values values = flags->values;
        // `edgeplane --data-dir DIR serve` means the same.
        values.insert(invocation.client_flags.begin(), invocation.client_flags.end());
        return Serve(values);
      });
  AddSettingFlags(tree, serve, flags->set, flags->values);
}

}  // namespace edgeplane::cli
