#include "cli/gateway_part.h"

#include <chrono>

#include "base/self_signed.h"
#include "cli/data_files.h"

namespace edgeplane::cli {

namespace {

constexpr char kGatewayIdFile[] = "gateway.id";
constexpr char kTlsDirectory[] = "tls";
// For a registry that is slow, and one beside it that is not there.
constexpr auto kLinkTimeout = std::chrono::seconds(20);

}  // namespace

Status GatewayPart::Start(std::vector<gateway::RegistryDialer> registries,
                          const std::function<bool()>& give_up, Endpoints& endpoints) {
  gateway::Gateway::Options options;
  options.settings = settings_.gateway;
  options.addresses = {settings_.serve.listen, settings_.serve.tls_listen};
  Result<std::string> id = EnsureGatewayId(settings_.serve.InData(kGatewayIdFile));
  if (!id) return id.error();
  options.gateway_id = *id;
  if (Status made = EnsureCertificate(options); !made) return made;
  gateway_ = std::make_unique<gateway::Gateway>(std::move(options), std::move(registries), clock_,
                                                metrics_);
  Result<gateway::GatewayAddresses> started = gateway_->Start(kLinkTimeout, give_up);
  if (!started) return NameListenSetting(started.error(), "--listen and --tls-listen");
  endpoints.listen = started->listen;
  endpoints.tls_listen = started->tls_listen;
  ready_gateway_ = gateway_.get();
  return {};
}

Status GatewayPart::EnsureCertificate(gateway::Gateway::Options& options) {
  options.tls_certificate = settings_.serve.tls_certificate;
  options.tls_key = settings_.serve.tls_key;
  if (!options.tls_certificate.empty() || settings_.serve.tls_listen.empty()) return {};
  options.tls_certificate = settings_.serve.InData(kTlsDirectory) / "cert.pem";
  options.tls_key = settings_.serve.InData(kTlsDirectory) / "key.pem";
  self_signed_ = options.tls_certificate;
  return EnsureSelfSignedCertificate(options.tls_certificate, options.tls_key);
}

std::string GatewayPart::not_ready() const {
  const gateway::Gateway* gateway = ready_gateway_;
  if (gateway == nullptr) return "starting";
  return gateway->ready() ? "" : "the gateway has no link to a registry";
}

void GatewayPart::Stop() {
  if (gateway_ == nullptr) return;
  gateway_->Drain();
  gateway_->Stop();
}

}  // namespace edgeplane::cli
