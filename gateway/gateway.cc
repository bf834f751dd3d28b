#include "gateway/gateway.h"

#include <signal.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <mutex>
#include <optional>
#include <random>

#include "base/log.h"
#include "gateway/connection.h"
#include "gateway/connection_quota.h"
#include "gateway/event_loops.h"
#include "gateway/gateway_metrics.h"
#include "gateway/into.h"
#include "gateway/listener.h"
#include "gateway/rate_limit.h"
#include "gateway/refusal_book.h"
#include "gateway/registry_client.h"
#include "gateway/tls_context.h"

namespace edgeplane::gateway {

namespace {

constexpr auto kTick = std::chrono::milliseconds(250);
constexpr auto kLastWords = std::chrono::seconds(5);
constexpr auto kAbortGrace = std::chrono::seconds(2);
constexpr size_t kRateKeysMax = 65'536;

}  // namespace

class Gateway::Impl {
 public:
  Impl(Options options, std::vector<RegistryDialer> registries, const Clock& clock,
       MetricsRegistry& metrics_registry);

  Result<GatewayAddresses> Start(Duration link_timeout, const std::function<bool()>& give_up);
  Status ReloadCertificate();
  void Drain();
  void Stop();
  bool ready() const { return registry_.linked() && registry_.holds() && !draining_; }

 private:
  bool AwaitLink(Duration timeout, const std::function<bool()>& give_up);
  // What is looked at now and then: refusals to pass on, the lease.
  asio::awaitable<void> Tick();
  void CheckLease();

  const Options options_;
  GatewayMetrics metrics_;
  RegistryClient registry_;
  RefusalBook refusals_;
  KeyedRateLimit attempts_;
  KeyedRateLimit calls_;
  ConnectionQuota quota_;
  std::atomic<bool> draining_ = false;
  const GatewayContext context_;
  std::unique_ptr<TlsContext> tls_;
  EventLoops loops_;
  std::optional<Listener> plain_listener_;
  std::optional<Listener> tls_listener_;
  asio::steady_timer tick_timer_;
  std::promise<void> ticks_ended_;
  bool ticking_ = false;
  // As last looked at; of the first loop.
  bool holds_ = true;
  int64_t losses_ = 0;
  bool stopped_ = false;
};

Gateway::Impl::Impl(Options options, std::vector<RegistryDialer> registries, const Clock& clock,
                    MetricsRegistry& metrics_registry)
    : options_(std::move(options)),
      metrics_(metrics_registry),
      registry_(options_.gateway_id, std::move(registries), clock, metrics_),
      refusals_({options_.gateway_id, options_.settings.refusal_repeat_window,
                 options_.settings.refusal_rows_per_minute},
                clock, metrics_,
                [this](const v1::Refusal& refusal) { registry_.Refused(refusal); }),
      attempts_(options_.settings.upgrade_attempts_per_minute, kRateKeysMax),
      calls_(options_.settings.messages_per_minute, kRateKeysMax),
      quota_(static_cast<size_t>(options_.settings.max_connections),
             static_cast<size_t>(options_.settings.max_connections_per_address)),
      context_{options_.settings, clock,     metrics_, registry_,
               refusals_,         attempts_, calls_,   draining_},
      loops_(static_cast<size_t>(options_.settings.threads)),
      tick_timer_(loops_.first()) {
  metrics_registry.OnScrape([this] { metrics_.SocketsOpen(quota_.taken()); });
}

bool Gateway::Impl::AwaitLink(Duration timeout, const std::function<bool()>& give_up) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (!registry_.WaitUntilLinked(kTick)) {
    if (std::chrono::steady_clock::now() >= end || give_up()) return false;
  }
  return true;
}

Result<GatewayAddresses> Gateway::Impl::Start(Duration link_timeout,
                                              const std::function<bool()>& give_up) {
  if (!options_.addresses.tls_listen.empty()) {
    Result<std::unique_ptr<TlsContext>> tls =
        TlsContext::Load(options_.tls_certificate, options_.tls_key);
    if (!tls) return tls.error();
    tls_ = *std::move(tls);
  }
  registry_.Start();
  if (!AwaitLink(link_timeout, give_up)) {
    return MakeError(v1::ErrorReason::STORE_UNAVAILABLE,
                     "The gateway could not link to a registry; its log says more.");
  }
  ticking_ = true;
  asio::co_spawn(loops_.first(), Tick(), [this](std::exception_ptr) { ticks_ended_.set_value(); });

  GatewayAddresses in_force;
  if (!options_.addresses.listen.empty()) {
    plain_listener_.emplace(loops_, context_, quota_, nullptr);
    Result<std::string> started = plain_listener_->Start(options_.addresses.listen);
    if (!started) return started.error();
    in_force.listen = *started;
  }
  if (tls_) {
    tls_listener_.emplace(loops_, context_, quota_, tls_.get());
    Result<std::string> started = tls_listener_->Start(options_.addresses.tls_listen);
    if (!started) return started.error();
    in_force.tls_listen = *started;
  }
  return in_force;
}

asio::awaitable<void> Gateway::Impl::Tick() {
  while (ticking_) {
    tick_timer_.expires_after(kTick);
    error_code ec;
    co_await tick_timer_.async_wait(Into(ec));
    refusals_.Flush();
    CheckLease();
  }
}

// Connections that are being upgraded look for themselves when they have a session.
void Gateway::Impl::CheckLease() {
  const int64_t losses = registry_.lease_losses();
  const bool holds = registry_.holds();
  const bool held = std::exchange(holds_, holds);
  const bool again = losses != std::exchange(losses_, losses);
  // Also when it is back already: agents that were here may be elsewhere by now.
  const bool lost = held && (!holds || again);
  if (lost) LogWarning("lease lost", {{"connections", metrics_.connections()}});
  if (holds && !held) LogInfo("lease renewed", {});
  if (holds && !lost) return;
  loops_.ForEach(
      [now = registry_.lease_ends()](Connection& connection) { connection.GiveUpAgent(now); });
}

Status Gateway::Impl::ReloadCertificate() {
  if (!tls_) return {};
  return tls_->Reload();
}

void Gateway::Impl::Drain() {
  draining_ = true;
  if (plain_listener_) plain_listener_->Close();
  if (tls_listener_) tls_listener_->Close();
  // Agents come back the moment they are sent away: all at once would be a storm
  // for whoever takes them.
  const auto window = options_.settings.drain_window;
  loops_.ForEach([window](Connection& connection) {
    thread_local std::minstd_rand random(std::random_device{}());
    std::uniform_int_distribution<int64_t> spread(0, window.count());
    connection.Drain(Duration(spread(random)));
  });
  loops_.WaitUntilEmpty(window + 2 * options_.settings.close_timeout);
}

void Gateway::Impl::Stop() {
  if (stopped_) return;
  stopped_ = true;
  draining_ = true;
  if (plain_listener_) plain_listener_->Close();
  if (tls_listener_) tls_listener_->Close();
  loops_.ForEach([](Connection& connection) { connection.Abort(); });
  // A connection that waits for the registry's decision ends with that.
  if (!loops_.WaitUntilEmpty(options_.settings.admit_timeout + kAbortGrace)) {
    LogError("connections left behind", {{"connections", loops_.connections()}});
  }
  if (ticking_) {
    asio::post(loops_.first(), [this] {
      ticking_ = false;
      tick_timer_.cancel();
    });
    ticks_ended_.get_future().wait();
  }
  if (!registry_.Stop(kLastWords)) {
    LogWarning("reports left unconfirmed", {{"note", "the registry will settle them"}});
  }
  loops_.Stop();
}

Gateway::Gateway(Options options, std::vector<RegistryDialer> registries, const Clock& clock,
                 MetricsRegistry& metrics)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(registries), clock, metrics)) {}

Gateway::~Gateway() { impl_->Stop(); }

Result<GatewayAddresses> Gateway::Start(Duration link_timeout,
                                        const std::function<bool()>& give_up) {
  // A peer that has gone is an error code here, not a signal.
  signal(SIGPIPE, SIG_IGN);
  return impl_->Start(link_timeout, give_up);
}

bool Gateway::ready() const { return impl_->ready(); }
Status Gateway::ReloadCertificate() { return impl_->ReloadCertificate(); }
void Gateway::Drain() { impl_->Drain(); }
void Gateway::Stop() { impl_->Stop(); }

}  // namespace edgeplane::gateway
