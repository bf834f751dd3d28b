// The settings of the process itself; the parts declare their own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/setting.h"
#include "cli/data_directory.h"

namespace edgeplane::cli {

// What a registry's own certificate is good for, and gateways expect.
inline constexpr char kRegistryName[] = "edgeplane-registry";

struct ServeSettings {
  // Empty when there is no home directory to put one into: then it must be set.
  std::string data_dir = DefaultDataDirectory();
  std::string config_file;  // empty: none

  std::string listen = "127.0.0.1:8080";
  std::string tls_listen = "127.0.0.1:8443";
  std::string grpc_listen = "127.0.0.1:9090";
  std::string registry_listen;  // empty: only the gateway of this process
  std::string metrics_listen = "127.0.0.1:9091";

  // Both empty: the server makes a self-signed certificate in the data
  // directory.
  std::string tls_certificate;
  std::string tls_key;
  // A connection string of PostgreSQL; empty: SQLite in the data directory.
  std::string database;
  // Empty: master.key in the data directory.
  std::string master_key_file;
  // Both empty: as with tls_certificate.
  std::string registry_certificate;
  std::string registry_key;
  // Empty: gateway.token in the data directory.
  std::string gateway_token_file;

  // --- of a gateway in a process of its own ---
  std::vector<std::string> registries;  // host:port
  std::string registry_ca;
  std::string registry_name = kRegistryName;
  std::string registry_token_file;

  std::string log_level = "info";
  std::string log_format = "text";

  // Of a file in the data directory.
  [[nodiscard]] std::filesystem::path InData(const char* name) const {
    return std::filesystem::path(data_dir) / name;
  }
};

// Which parts a process runs.
struct Parts {
  bool registry = true;
  bool gateway = true;
};

// Where a store is: data-dir, config-file, database.
void DeclareStoreSettings(SettingSet& set, ServeSettings& settings);

// Those that the parts need.
void DeclareServeSettings(SettingSet& set, ServeSettings& settings, const Parts& parts);

}  // namespace edgeplane::cli
