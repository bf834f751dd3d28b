// DIR/endpoints.json: where the running server listens, so that the operator's
// commands on the same machine need no --server.
//
//   {"agents":"127.0.0.1:8080","agents_tls":"127.0.0.1:8443",
//    "grpc":"127.0.0.1:9090","metrics":"127.0.0.1:9091"}
//
// Written once everything listens, with the ports in force (a setting may have
// asked for port 0). A listener that is off is an empty string.
#pragma once

#include <string>

#include "base/result.h"

namespace edgeplane::cli {

struct Endpoints {
  std::string agents;
  std::string agents_tls;
  std::string grpc;
  std::string metrics;
};

Status WriteEndpoints(const std::string& data_directory, const Endpoints& endpoints);

// Unknown members are skipped, so that an older client reads a newer file.
Result<Endpoints> ReadEndpoints(const std::string& data_directory);

}  // namespace edgeplane::cli
