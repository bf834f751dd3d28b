// The settings of every part of `serve`, resolved together.
#pragma once

#include "base/result.h"
#include "base/setting.h"
#include "cli/serve_settings.h"
#include "gateway/gateway_settings.h"
#include "services/admin/admin_settings.h"
#include "services/registry/registry_settings.h"

namespace edgeplane::cli {

struct AllSettings {
  ServeSettings serve;
  gateway::GatewaySettings gateway;
  registry::RegistrySettings registry;
  admin::AdminSettings admin;
};

// Of the parts that the process runs. `settings` must outlive `set`.
void DeclareAllSettings(SettingSet& set, AllSettings& settings, const Parts& parts);

// Resolves a set that DeclareAllSettings has filled: from `flags`, this
// process's environment and the configuration file that one of the two names.
// Every mistake is reported, as one error with a violation each; settings that
// are right one by one are then held against each other. Variables of parts that
// run elsewhere are no mistake.
Status ResolveAllSettings(SettingSet& set, const AllSettings& settings, const Parts& parts,
                          const SettingSet::Values& flags);

// The same for a set that DeclareStoreSettings has filled. What the variables and the
// file say of other settings is no mistake: they are the server's.
Status ResolveStoreSettings(SettingSet& set, const ServeSettings& settings,
                            const SettingSet::Values& flags);

}  // namespace edgeplane::cli
