#include "cli/server.h"

#include "base/files.h"
#include "cli/registry_dialers.h"

namespace edgeplane::cli {

namespace {

constexpr char kLockFile[] = "edgeplane.lock";

}  // namespace

Server::Server(AllSettings settings, Parts parts) : settings_(std::move(settings)) {
  if (parts.registry) registry_.emplace(settings_, clock_, metrics_);
  if (parts.gateway) gateway_.emplace(settings_, clock_, metrics_);
}

Server::~Server() { Stop(); }

Result<Endpoints> Server::Start(const std::function<bool()>& give_up) {
  if (Status made = MakePrivateDirectory(settings_.serve.data_dir); !made) return made.error();
  Result<std::unique_ptr<FileLock>> lock = FileLock::Take(settings_.serve.InData(kLockFile));
  if (!lock) return lock.error();
  lock_ = *std::move(lock);
  // Only now: no other process uses this directory.
  RemoveEndpoints(settings_.serve.data_dir);
  if (registry_) {
    if (Status started = registry_->Start(give_up, endpoints_); !started) return started.error();
  }
  if (Status started = StartMetrics(); !started) return started.error();
  if (gateway_) {
    if (Status started = StartGateway(give_up); !started) return started.error();
  }
  started_ = true;
  if (Status written = WriteEndpoints(settings_.serve.data_dir, endpoints_); !written) {
    return written.error();
  }
  return endpoints_;
}

Status Server::StartMetrics() {
  if (settings_.serve.metrics_listen.empty()) return {};
  metrics_server_ = std::make_unique<MetricsServer>(metrics_, [this] { return NotReady(); });
  Result<std::string> address = metrics_server_->Start(settings_.serve.metrics_listen);
  if (!address) return NameListenSetting(address.error(), "--metrics-listen");
  endpoints_.metrics_listen = *address;
  return {};
}

Status Server::StartGateway(const std::function<bool()>& give_up) {
  if (registry_) {
    return gateway_->Start({[channel = registry_->Channel()] { return channel; }}, give_up,
                           endpoints_);
  }
  auto registries = MakeRegistryDialers(settings_.serve);
  if (!registries.ok()) return registries.error();
  return gateway_->Start(*std::move(registries), give_up, endpoints_);
}

std::vector<std::string> Server::NotReady() const {
  std::vector<std::string> reasons;
  if (stopping_) {
    reasons.emplace_back("shutting down");
  } else if (gateway_) {
    if (std::string reason = gateway_->not_ready(); !reason.empty()) {
      reasons.push_back(std::move(reason));
    }
  }
  if (registry_ && !registry_->writable()) {
    reasons.emplace_back("the store does not take writes");
  }
  return reasons;
}

void Server::Stop() {
  if (stopping_.exchange(true)) return;
  if (registry_) registry_->Leave();
  if (gateway_) gateway_->Stop();
  if (registry_) registry_->StopCalls();
  // It asks the gateway at each scrape, and the gateway's channel leads into the
  // registry: so they go in this order.
  if (metrics_server_) metrics_server_->Stop();
  gateway_.reset();
  if (registry_) registry_->Close();
  if (started_) RemoveEndpoints(settings_.serve.data_dir);
}

}  // namespace edgeplane::cli
