// DIR/endpoints.json: where the running server listens, so that the operator's
// commands on the same machine need no --server.
//
//   {"listen":"127.0.0.1:8080","tls_listen":"127.0.0.1:8443",
//    "grpc_listen":"127.0.0.1:9090","metrics_listen":"127.0.0.1:9091",
//    "registry_listen":""}
//
// The names are those of the settings. Written once everything listens, with the ports in force (a
// setting may have asked for port 0). A listener that is off is an empty string.
#pragma once

#include <string>

#include "base/result.h"

namespace edgeplane::cli {

struct Endpoints {
  std::string listen;
  std::string tls_listen;
  std::string grpc_listen;
  std::string metrics_listen;
  std::string registry_listen;
};

Status WriteEndpoints(const std::string& data_directory, const Endpoints& endpoints);

// Before a start and after a stop: whoever waits for the file waits for this
// server, not for the one before.
void RemoveEndpoints(const std::string& data_directory);

// Unknown members are skipped, so that an older client reads a newer file.
Result<Endpoints> ReadEndpoints(const std::string& data_directory);

// An address that cannot be listened on is mended by another: says with which
// setting. Other errors stay as they are.
Error NameListenSetting(Error error, const std::string& settings);

}  // namespace edgeplane::cli
