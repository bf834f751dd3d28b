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

void AddProcess(CommandTree& tree, const Parts& parts, const char* name, const std::string& what,
                const char* examples) {
  const auto flags = std::make_shared<ServeFlags>();
  DeclareAllSettings(flags->set, flags->settings, parts);
  CLI::App& command = tree.AddLocal(
      name,
      what +
          " Each setting can be given as an option, as an environment variable, or as a line "
          "`name = value` of the file that --config-file names; the option wins over the "
          "variable, the variable over the file.",
      examples, [flags, parts](const Invocation& invocation) -> Outcome {
        SettingSet::Values values = flags->values;
        // `edgeplane --data-dir DIR serve` means the same.
        values.insert(invocation.client_flags.begin(), invocation.client_flags.end());
        return Serve(parts, values);
      });
  AddSettingFlags(tree, command, flags->set, flags->values);
}

}  // namespace

void AddServeCommand(CommandTree& tree) {
  AddProcess(
      tree, {.registry = true, .gateway = true}, "serve",
      "Run everything in this process until SIGTERM or SIGINT.",
      "edgeplane serve\n"
      "edgeplane serve --data-dir /var/lib/edgeplane --tls-listen 0.0.0.0:8443\n"
      "EDGEPLANE_LOG_FORMAT=json edgeplane serve --config-file /etc/edgeplane/edgeplane.conf");
}

void AddRegistryCommand(CommandTree& tree) {
  AddProcess(tree, {.registry = true, .gateway = false}, "registry",
             "Run the store and the operator's API, for gateways in processes of their own, until "
             "SIGTERM or SIGINT.",
             "edgeplane registry --data-dir /var/lib/edgeplane --registry-listen 0.0.0.0:9092");
}

void AddGatewayCommand(CommandTree& tree) {
  AddProcess(
      tree, {.registry = false, .gateway = true}, "gateway",
      "Run what agents connect to, in front of a registry in a process of its own, until "
      "SIGTERM or SIGINT. Needs the registry's certificate and a copy of its gateway token.",
      "edgeplane gateway --data-dir /var/lib/edgeplane-gateway --registry 192.0.2.7:9092 \\\n"
      "    --registry-ca /etc/edgeplane/registry.pem \\\n"
      "    --registry-token-file /etc/edgeplane/gateway.token \\\n"
      "    --tls-listen 0.0.0.0:8443");
}

}  // namespace edgeplane::cli
