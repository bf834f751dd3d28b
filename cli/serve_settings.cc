#include "cli/serve_settings.h"

namespace edgeplane::cli {

void DeclareServeSettings(SettingSet& set, ServeSettings& settings) {
  set.Path("data-dir",
           "Where the server keeps everything it must not lose: the database, the master key, the "
           "admin token. Made when it is not there.",
           settings.data_dir);
  set.Path("config-file", "File with settings, one `name = value` a line; empty: none.",
           settings.config_file);
  set.Address("listen", "Where agents connect without TLS: ws:// and http://; empty: nowhere.",
              settings.listen);
  set.Address("tls-listen", "Where agents connect with TLS: wss:// and https://; empty: nowhere.",
              settings.tls_listen);
  set.Address("grpc-listen", "Where the operator's API listens; plain gRPC, so keep it private.",
              settings.grpc_listen);
  set.Address("metrics-listen",
              "Where Prometheus and health checks ask; keep it private; empty: nowhere.",
              settings.metrics_listen);
  set.Path("tls-certificate",
           "Certificate chain for tls-listen, PEM, own certificate first; empty: a self-signed one "
           "is made in the data directory.",
           settings.tls_certificate);
  set.Path("tls-key", "Private key of tls-certificate, PEM.", settings.tls_key);
  set.Path("master-key-file",
           "File with the key that agents' secrets are sealed under; empty: master.key in the data "
           "directory, made at the first start. Keep a copy elsewhere.",
           settings.master_key_file);
  set.Choice("log-level", "The least important events that are logged.",
             {"debug", "info", "warning", "error"}, settings.log_level);
  set.Choice("log-format", "How log lines look.", {"text", "json"}, settings.log_format);
}

}  // namespace edgeplane::cli
