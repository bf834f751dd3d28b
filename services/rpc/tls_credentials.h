// TLS for a gRPC listener whose callers also have to present a bearer token.
#pragma once

#include <grpcpp/security/server_credentials.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace edgeplane::rpc {

struct TlsIdentity {
  std::string certificate;  // PEM, with its chain, leaf first
  std::string key;          // PEM
};

// Whether a caller that sent this `authorization` metadata ("Bearer ..", or empty)
// may come in. Quick and thread safe: it runs on gRPC's threads, once for each call.
using AuthorizationCheck = std::function<bool(std::string_view authorization)>;

// A call that `check` turns away ends with UNAUTHENTICATED, before any service
// sees it.
std::shared_ptr<grpc::ServerCredentials> TlsWithBearer(const TlsIdentity& identity,
                                                       AuthorizationCheck check);

}  // namespace edgeplane::rpc
