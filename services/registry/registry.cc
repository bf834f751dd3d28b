#include "services/registry/registry.h"

#include <chrono>

#include "base/log.h"
#include "services/registry/admission.h"
#include "services/registry/admitter.h"
#include "services/registry/awaited_sessions.h"
#include "services/registry/control.h"
#include "services/registry/describer.h"
#include "services/registry/dispatcher.h"
#include "services/registry/link.h"
#include "services/registry/link_table.h"
#include "services/registry/peers.h"
#include "services/registry/pending_admissions.h"
#include "services/registry/registry_face.h"
#include "services/registry/session_directory.h"
#include "services/registry/sweeper.h"
#include "services/registry/unanswered_syncs.h"

namespace edgeplane::registry {
namespace {

// For a link's last write and its status to reach the gateway.
constexpr std::chrono::milliseconds kClosePatience{2000};

DeliveryLimits LimitsOf(const RegistrySettings& settings) {
  return {static_cast<size_t>(settings.delivery_window),
          static_cast<size_t>(settings.delivery_window_bytes)};
}

}  // namespace

class Registry::Impl {
 public:
  Impl(const RegistrySettings& given, storage::Store& store, const Vault& vault, const Clock& clock,
       MetricsRegistry& metrics_registry, const Secret& fleet_secret, storage::SignalBus* bus)
      : settings(given),
        bus(bus),
        policy(MakeAdmissionPolicy(settings, vault, fleet_secret)),
        metrics(metrics_registry),
        directory(LimitsOf(settings)),
        awaited(parts),
        peers(bus),
        parts{settings, store,      clock,   metrics, signals, event_signals, directory,
              pending,  unanswered, awaited, peers,   links,   dispatcher,    pool},
        dispatcher(parts),
        control(parts),
        authenticator(parts, policy),
        admitter(parts, authenticator),
        syncer(parts, authenticator),
        acknowledger(parts, authenticator),
        registrar(parts, vault),
        face(parts, {admitter, syncer, acknowledger, registrar, describer}),
        sweeper(parts),
        pool("registry", static_cast<size_t>(settings.registry_workers),
             static_cast<size_t>(settings.registry_queue_max)) {}

  void StartSignals();

  const RegistrySettings settings;
  storage::SignalBus* const bus;
  const AdmissionPolicy policy;
  RegistryMetrics metrics;
  CommandSignals signals;
  EventSignals event_signals;
  SessionDirectory directory;
  PendingAdmissions pending;
  UnansweredSyncs unanswered;
  AwaitedSessions awaited;
  Peers peers;
  LinkTable links;
  const RegistryParts parts;
  Dispatcher dispatcher;
  Control control;
  const Authenticator authenticator;
  Admitter admitter;
  Syncer syncer;
  Acknowledger acknowledger;
  Registrar registrar;
  Describer describer;
  RegistryFace face;
  Sweeper sweeper;
  // Last, so that it goes first: what it still runs finds everything else.
  WorkerPool pool;
};

Registry::Registry(const RegistrySettings& settings, storage::Store& store, const Vault& vault,
                   const Clock& clock, MetricsRegistry& metrics, const Secret& fleet_secret,
                   storage::SignalBus* bus)
    : impl_(std::make_unique<Impl>(settings, store, vault, clock, metrics, fleet_secret, bus)) {}

Registry::~Registry() { Stop(); }

grpc::Service& Registry::service() { return impl_->face; }
AgentControl& Registry::control() { return impl_->control; }
CommandSignals& Registry::signals() { return impl_->signals; }
EventSignals& Registry::event_signals() { return impl_->event_signals; }
WorkerPool& Registry::pool() { return impl_->pool; }
RegistryMetrics& Registry::metrics() { return impl_->metrics; }

void Registry::SetOperatorView(OperatorView& view) { impl_->describer.Use(view); }

void Registry::Impl::StartSignals() {
  if (bus == nullptr) return;
  bus->Start({[this](std::string_view signal) { Obey(parts, signal); },
              [this] { sweeper.LookAtSessionsSoon(); },
              [](size_t dropped) {
                // They are made up for by the other registries' looks.
                LogWarning("registry signals dropped", {{"signals", dropped}});
              }});
}

void Registry::Start() {
  impl_->StartSignals();
  impl_->sweeper.Start();
}

void Registry::Stop() {
  // Their calls are answered, so that the server can end.
  impl_->awaited.Stop();
  const bool all_gone = impl_->links.CloseAll(
      MakeError(v1::ErrorReason::SHUTTING_DOWN, "The registry is shutting down."), kClosePatience);
  if (!all_gone) LogWarning("registry links remain", {});
  impl_->sweeper.Stop();
  if (impl_->bus != nullptr) impl_->bus->Stop();
}

}  // namespace edgeplane::registry
