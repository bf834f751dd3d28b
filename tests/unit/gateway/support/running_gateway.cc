#include "tests/unit/gateway/support/running_gateway.h"

#include <cstdio>
#include <cstdlib>
#include <future>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "base/endpoint.h"
#include "base/self_signed.h"
#include "gateway/tls_context.h"

namespace edgeplane::gateway {

RunningGateway::RunningGateway(const Adjust& adjust, bool tls) {
  Gateway::Options options;
  options.settings.threads = 1;
  options.settings.close_timeout = std::chrono::seconds(2);
  options.settings.drain_window = std::chrono::milliseconds(10);
  if (adjust) adjust(options.settings);
  options.gateway_id = "gateway-under-test";
  options.addresses.listen = "127.0.0.1:0";
  if (tls) {
    options.addresses.tls_listen = "127.0.0.1:0";
    options.tls_certificate = directory_.path() / "certificate.pem";
    options.tls_key = directory_.path() / "key.pem";
    if (!EnsureSelfSignedCertificate(options.tls_certificate, options.tls_key)) {
      throw std::runtime_error("no certificate");
    }
  }
  gateway_ = std::make_unique<Gateway>(options, std::vector{registry_.dialer()}, clock_, metrics_);
  const Result<GatewayAddresses> started =
      gateway_->Start(std::chrono::duration_cast<Duration>(kPatience), [] { return false; });
  if (!started) throw std::runtime_error(started.error().message);
  port_ = ParseEndpoint(started->listen)->port;
  if (tls) tls_port_ = ParseEndpoint(started->tls_listen)->port;
}

RunningGateway::~RunningGateway() { gateway_.reset(); }

double RunningGateway::Metric(const std::string& line) {
  std::istringstream lines(metrics_.Render());
  for (std::string one; std::getline(lines, one);) {
    if (one.rfind(line + ' ', 0) == 0) return std::stod(one.substr(line.size() + 1));
  }
  return -1;
}

bool RunningGateway::AwaitMetric(const std::string& line, double value) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  while (Metric(line) != value) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

bool RunningGateway::EndsInTime(const std::function<void(Gateway&)>& end) {
  std::future<void> ended = std::async(std::launch::async, [&] { end(*gateway_); });
  if (ended.wait_for(kPatience) == std::future_status::ready) return true;
  // The future's destructor would wait for ever.
  std::fputs("the gateway hangs\n", stderr);
  std::abort();
}

}  // namespace edgeplane::gateway
