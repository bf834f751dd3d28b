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

// `settings` must outlive `set`.
void DeclareAllSettings(SettingSet& set, AllSettings& settings);

// Resolves a set that DeclareAllSettings has filled: from `flags`, this
// process's environment and the configuration file that one of the two names.
// Every mistake is reported, as one error with a violation each; settings that
// are right one by one are then held against each other.
Status ResolveAllSettings(SettingSet& set, const AllSettings& settings,
                          const SettingSet::Values& flags);

}  // namespace edgeplane::cli
