#include "cli/all_settings.h"

#include <string>

#include "base/files.h"

namespace edgeplane::cli {
namespace {

constexpr char kConfigFile[] = "config-file";
constexpr size_t kConfigFileBytesMax = 1024 * 1024;

Result<SettingSet::Values> ReadSettingsFile(const SettingSet::Values& flags,
                                            const SettingSet::Values& environment) {
  std::string path;
  const std::string variable = SettingVariable(kConfigFile);
  if (const auto found = environment.find(variable); found != environment.end()) {
    path = found->second;
  }
  if (const auto found = flags.find(kConfigFile); found != flags.end()) path = found->second;
  if (path.empty()) return SettingSet::Values{};

  Result<std::string> content = ReadFile(path, kConfigFileBytesMax);
  if (!content.ok()) return content.error();
  Result<SettingSet::Values> values = ParseSettingsFile(*content);
  if (!values.ok()) {
    Error error = values.error();
    error.message = path + ": " + error.message;
    return error;
  }
  if (values->contains(kConfigFile)) {
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     path + " names a config-file itself: one file cannot include another.");
  }
  return values;
}

}  // namespace

void DeclareAllSettings(SettingSet& set, AllSettings& settings) {
  DeclareServeSettings(set, settings.serve);
  gateway::DeclareGatewaySettings(set, settings.gateway);
  registry::DeclareRegistrySettings(set, settings.registry);
  admin::DeclareAdminSettings(set, settings.admin);
}

Status ResolveAllSettings(SettingSet& set, const SettingSet::Values& flags) {
  const SettingSet::Values environment = EnvironmentSettings();
  const Result<SettingSet::Values> file = ReadSettingsFile(flags, environment);
  if (!file.ok()) return file.error();
  // Variables of the operator's commands, which may well be set in the shell
  // that a server is started from.
  return set.Resolve(flags, environment, *file,
                     {"EDGEPLANE_SERVER", "EDGEPLANE_TOKEN_FILE", "EDGEPLANE_TIMEOUT"});
}

}  // namespace edgeplane::cli
