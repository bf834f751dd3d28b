#include "cli/all_settings.h"

#include <string>

#include "base/files.h"
#include "cli/own_settings.h"
#include "storage/postgres/connect_string.h"

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

Error Wrong(std::string why) { return MakeError(v1::ErrorReason::INVALID_FIELD, std::move(why)); }

Error NoDataDirectory() {
  return Wrong("data-dir is empty, and there is no home directory to keep data in: name one.");
}

// A certificate and its key, as settings with these names.
Status CheckPair(const std::string& certificate, const std::string& key, const std::string& name) {
  if (certificate.empty() == key.empty()) return {};
  return Wrong(name + "-certificate and " + name +
               "-key go together: give both, or neither to have a self-signed certificate made.");
}

Status CheckGateway(const ServeSettings& serve) {
  if (serve.listen.empty() && serve.tls_listen.empty()) {
    return Wrong("listen and tls-listen are both empty: no agent could connect.");
  }
  return CheckPair(serve.tls_certificate, serve.tls_key, "tls");
}

Status CheckRegistry(const ServeSettings& serve, const Parts& parts) {
  if (serve.grpc_listen.empty()) {
    return Wrong("grpc-listen is empty: without the operator's API nothing can be done here.");
  }
  if (!parts.gateway && serve.registry_listen.empty()) {
    return Wrong("registry-listen is empty: no gateway could connect.");
  }
  return CheckPair(serve.registry_certificate, serve.registry_key, "registry");
}

// A flag that names one store, and a variable or a file that names another.
Status CheckOneStore(const std::string& database, const SettingSet::Values& flags) {
  if (database.empty() || !flags.contains("data-dir") || flags.contains("database")) return {};
  return Wrong(
      "Which store? --data-dir names one, and EDGEPLANE_DATABASE or the config file a database: "
      "give --database '' as well for the one in the data directory, or leave out --data-dir.");
}

// Whoever may list the machine's processes reads their flags.
Status CheckDatabase(const std::string& database, const SettingSet::Values& flags) {
  if (database.empty()) return {};
  const auto parsed = storage::postgres::ConnectString::Parse(database);
  if (!parsed.ok()) return Wrong("database: " + parsed.error().message);
  if (!parsed->holds_password() || !flags.contains("database")) return {};
  return Wrong(
      "database: a flag is no place for a password, others on this machine can see it. Leave it to "
      "~/.pgpass (or name another file: passfile=FILE), or put the whole string into "
      "EDGEPLANE_DATABASE or the config file.");
}

Status CheckRemoteRegistry(const ServeSettings& serve) {
  if (serve.registries.empty()) {
    return Wrong("registry is empty: say where the registry listens (its --registry-listen).");
  }
  if (serve.registry_ca.empty()) {
    return Wrong(
        "registry-ca is empty: name the certificate to trust; a registry that made its own keeps "
        "it as registry-tls/cert.pem in its data directory.");
  }
  if (serve.registry_token_file.empty()) {
    return Wrong(
        "registry-token-file is empty: name a file with the gateway token; the registry keeps it "
        "as gateway.token in its data directory.");
  }
  return {};
}

Status CheckTogether(const ServeSettings& serve, const Parts& parts) {
  if (serve.data_dir.empty()) {
    return NoDataDirectory();
  }
  Status status = parts.gateway ? CheckGateway(serve) : Status();
  if (status.ok() && parts.registry) status = CheckRegistry(serve, parts);
  if (status.ok() && !parts.registry) status = CheckRemoteRegistry(serve);
  return status;
}

// The variables that a process may meet and need not know: of the operator's
// commands, which may well be set in the shell that a server is started from, and
// of parts that it does not run.
std::vector<std::string> OtherVariables() {
  std::vector<std::string> names = {"EDGEPLANE_SERVER", "EDGEPLANE_TOKEN_FILE",
                                    "EDGEPLANE_TIMEOUT"};
  for (const Parts& parts : {Parts{true, true}, Parts{false, true}}) {
    AllSettings settings;
    SettingSet set;
    DeclareAllSettings(set, settings, parts);
    for (const SettingInfo& info : set.settings()) names.push_back(SettingVariable(info.name));
  }
  return names;
}

}  // namespace

Status ResolveStoreSettings(SettingSet& set, const ServeSettings& settings,
                            const SettingSet::Values& flags) {
  const SettingSet::Values environment = EnvironmentSettings();
  const Result<SettingSet::Values> file = ReadSettingsFile(flags, environment);
  if (!file.ok()) return file.error();
  const Status resolved =
      set.Resolve(flags, OnlyOwn(set, environment, SettingVariable), OnlyOwn(set, *file));
  if (!resolved) return resolved;
  if (settings.data_dir.empty() && settings.database.empty()) return NoDataDirectory();
  if (Status one = CheckOneStore(settings.database, flags); !one.ok()) return one;
  return CheckDatabase(settings.database, flags);
}

void DeclareAllSettings(SettingSet& set, AllSettings& settings, const Parts& parts) {
  // Where it is a process of its own, that is what it is for.
  if (!parts.gateway) settings.serve.registry_listen = "127.0.0.1:9092";
  DeclareServeSettings(set, settings.serve, parts);
  if (parts.gateway) gateway::DeclareGatewaySettings(set, settings.gateway);
  if (!parts.registry) return;
  registry::DeclareRegistrySettings(set, settings.registry);
  admin::DeclareAdminSettings(set, settings.admin);
}

Status ResolveAllSettings(SettingSet& set, const AllSettings& settings, const Parts& parts,
                          const SettingSet::Values& flags) {
  const SettingSet::Values environment = EnvironmentSettings();
  const Result<SettingSet::Values> file = ReadSettingsFile(flags, environment);
  if (!file.ok()) return file.error();
  Status resolved = set.Resolve(flags, environment, *file, OtherVariables());
  if (resolved) resolved = CheckTogether(settings.serve, parts);
  return resolved ? CheckDatabase(settings.serve.database, flags) : resolved;
}

}  // namespace edgeplane::cli
