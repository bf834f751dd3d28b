#include "services/rpc/tls_credentials.h"

#include <grpcpp/security/auth_metadata_processor.h>

#include <utility>

namespace edgeplane::rpc {
namespace {

constexpr char kAuthorization[] = "authorization";

class BearerProcessor final : public grpc::AuthMetadataProcessor {
 public:
  explicit BearerProcessor(AuthorizationCheck check) : check_(std::move(check)) {}

  [[nodiscard]] bool IsBlocking() const override { return false; }

  grpc::Status Process(const InputMetadata& metadata, grpc::AuthContext* /*context*/,
                       OutputMetadata* consumed, OutputMetadata* /*response*/) override {
    const auto found = metadata.find(kAuthorization);
    const std::string_view authorization =
        found == metadata.end() ? std::string_view()
                                : std::string_view(found->second.data(), found->second.size());
    if (!check_(authorization)) {
      return {grpc::StatusCode::UNAUTHENTICATED,
              "The token that came with the call is not known here."};
    }
    // No service is to see it, or log it.
    consumed->emplace(kAuthorization, std::string(authorization));
    return grpc::Status::OK;
  }

 private:
  const AuthorizationCheck check_;
};

}  // namespace

std::shared_ptr<grpc::ServerCredentials> TlsWithBearer(const TlsIdentity& identity,
                                                       AuthorizationCheck check) {
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({identity.key, identity.certificate});
  std::shared_ptr<grpc::ServerCredentials> credentials = grpc::SslServerCredentials(options);
  credentials->SetAuthMetadataProcessor(std::make_shared<BearerProcessor>(std::move(check)));
  return credentials;
}

}  // namespace edgeplane::rpc
