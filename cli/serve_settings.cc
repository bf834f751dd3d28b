#include "cli/serve_settings.h"

namespace edgeplane::cli {

namespace {

void DeclareFiles(SettingSet& set, ServeSettings& settings) {
  set.Path("data-dir",
           "Where the server keeps everything it must not lose: the database, the master key, the "
           "admin token. Made when it is not there.",
           settings.data_dir);
  set.Path("config-file", "File with settings, one `name = value` a line; empty: none.",
           settings.config_file);
}

void DeclareDatabase(SettingSet& set, ServeSettings& settings) {
  set.Text("database",
           "Where the state of record lives: a PostgreSQL connection string "
           "(postgres://user@host/name, libpq's), without a password where it is a flag; empty: "
           "SQLite, in the data directory.",
           settings.database, true);
}

void DeclareProcess(SettingSet& set, ServeSettings& settings) {
  DeclareFiles(set, settings);
  set.Address("metrics-listen",
              "Where Prometheus and health checks ask; keep it private; empty: nowhere.",
              settings.metrics_listen);
  set.Choice("log-level", "The least important events that are logged.",
             {"debug", "info", "warning", "error"}, settings.log_level);
  set.Choice("log-format", "How log lines look.", {"text", "json"}, settings.log_format);
}

void DeclareAgentListeners(SettingSet& set, ServeSettings& settings) {
  set.Address("listen", "Where agents connect without TLS: ws:// and http://; empty: nowhere.",
              settings.listen);
  set.Address("tls-listen", "Where agents connect with TLS: wss:// and https://; empty: nowhere.",
              settings.tls_listen);
  set.Path("tls-certificate",
           "Certificate chain for tls-listen, PEM, own certificate first; empty: a self-signed one "
           "is made in the data directory.",
           settings.tls_certificate);
  set.Path("tls-key", "Private key of tls-certificate, PEM.", settings.tls_key);
}

void DeclareRegistry(SettingSet& set, ServeSettings& settings) {
  set.Address("grpc-listen", "Where the operator's API listens; plain gRPC, so keep it private.",
              settings.grpc_listen);
  DeclareDatabase(set, settings);
  set.Path("master-key-file",
           "File with the key that agents' secrets are sealed under; empty: master.key in the data "
           "directory, made at the first start. Keep a copy elsewhere.",
           settings.master_key_file);
  set.Address("registry-listen",
              "Where gateways of other processes connect, with TLS and the gateway token; empty: "
              "nowhere.",
              settings.registry_listen);
  set.Path("registry-certificate",
           "Certificate chain for registry-listen, PEM, own certificate first, good for the name "
           "that gateways expect (registry-name); empty: a self-signed one is made in the data "
           "directory.",
           settings.registry_certificate);
  set.Path("registry-key", "Private key of registry-certificate, PEM.", settings.registry_key);
  set.Path("gateway-token-file",
           "File with the tokens that gateways may present, one a line; empty: gateway.token in "
           "the data directory, made with one at the first start.",
           settings.gateway_token_file);
}

void DeclareRemoteRegistry(SettingSet& set, ServeSettings& settings) {
  set.TextList("registry",
               "Where the registry listens for gateways, host:port; more than one (of one "
               "database) separated by commas, 16 at most. One at a time has the gateway's link; "
               "when it ends, or the lease is not renewed in time, the next one is asked.",
               settings.registries);
  set.Path("registry-ca",
           "Certificates to trust, PEM: of the authority that signed the registry's, or the "
           "self-signed one itself.",
           settings.registry_ca);
  set.Text("registry-name", "The name that the registry's certificate has to be good for.",
           settings.registry_name);
  set.Path("registry-token-file", "File with the gateway token, as the registry has it.",
           settings.registry_token_file);
}

}  // namespace

void DeclareStoreSettings(SettingSet& set, ServeSettings& settings) {
  DeclareFiles(set, settings);
  DeclareDatabase(set, settings);
}

void DeclareServeSettings(SettingSet& set, ServeSettings& settings, const Parts& parts) {
  DeclareProcess(set, settings);
  if (parts.gateway) DeclareAgentListeners(set, settings);
  if (parts.registry) DeclareRegistry(set, settings);
  if (!parts.registry) DeclareRemoteRegistry(set, settings);
}

}  // namespace edgeplane::cli
