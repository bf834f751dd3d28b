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

Status CheckTogether(const ServeSettings& serve) {
  const auto wrong = [](std::string why) {
    return MakeError(v1::ErrorReason::INVALID_FIELD, std::move(why));
  };
  if (serve.data_dir.empty()) {
    return wrong("data-dir is empty, and there is no home directory to keep data in: name one.");
  }
  if (serve.grpc_listen.empty()) {
    return wrong("grpc-listen is empty: without the operator's API nothing can be done here.");
  }
  if (serve.listen.empty() && serve.tls_listen.empty()) {
    return wrong("listen and tls-listen are both empty: no agent could connect.");
  }
  if (serve.tls_certificate.empty() != serve.tls_key.empty()) {
    return wrong(
        "tls-certificate and tls-key go together: give both, or neither to have a self-signed "
        "certificate made.");
  }
  return {};
}

}  // namespace

void DeclareAllSettings(SettingSet& set, AllSettings& settings) {
  DeclareServeSettings(set, settings.serve);
  gateway::DeclareGatewaySettings(set, settings.gateway);
  registry::DeclareRegistrySettings(set, settings.registry);
  admin::DeclareAdminSettings(set, settings.admin);
}

Status ResolveAllSettings(SettingSet& set, const AllSettings& settings,
                          const SettingSet::Values& flags) {
  const SettingSet::Values environment = EnvironmentSettings();
  const Result<SettingSet::Values> file = ReadSettingsFile(flags, environment);
  if (!file.ok()) return file.error();
  // Variables of the operator's commands, which may well be set in the shell
  // that a server is started from.
  Status resolved = set.Resolve(flags, environment, *file,
                                {"EDGEPLANE_SERVER", "EDGEPLANE_TOKEN_FILE", "EDGEPLANE_TIMEOUT"});
  return resolved ? CheckTogether(settings.serve) : resolved;
}

}  // namespace edgeplane::cli
