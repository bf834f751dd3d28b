#include "services/registry/registry.h"

#include <chrono>

#include "base/log.h"
#include "services/registry/admission.h"
#include "services/registry/admitter.h"
#include "services/registry/control.h"
#include "services/registry/describer.h"
#include "services/registry/dispatcher.h"
#include "services/registry/link.h"
#include "services/registry/link_table.h"
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
       MetricsRegistry& metrics_registry, const Secret& fleet_secret)
      : settings(given),
        policy(MakeAdmissionPolicy(settings, vault, fleet_secret)),
        metrics(metrics_registry),
        directory(LimitsOf(settings)),
        parts{settings,  store,   clock,      metrics, signals,    event_signals,
              directory, pending, unanswered, links,   dispatcher, pool},
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

  const RegistrySettings settings;
  const AdmissionPolicy policy;
  RegistryMetrics metrics;
  CommandSignals signals;
  EventSignals event_signals;
  SessionDirectory directory;
  PendingAdmissions pending;
  UnansweredSyncs unanswered;
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
                   const Clock& clock, MetricsRegistry& metrics, const Secret& fleet_secret)
    : impl_(std::make_unique<Impl>(settings, store, vault, clock, metrics, fleet_secret)) {}

Registry::~Registry() { Stop(); }

grpc::Service& Registry::service() { return impl_->face; }
AgentControl& Registry::control() { return impl_->control; }
CommandSignals& Registry::signals() { return impl_->signals; }
EventSignals& Registry::event_signals() { return impl_->event_signals; }
WorkerPool& Registry::pool() { return impl_->pool; }
RegistryMetrics& Registry::metrics() { return impl_->metrics; }

void Registry::SetOperatorView(OperatorView& view) { impl_->describer.Use(view); }

void Registry::Start() { impl_->sweeper.Start(); }

void Registry::Stop() {
  const bool all_gone = impl_->links.CloseAll(
      MakeError(v1::ErrorReason::SHUTTING_DOWN, "The registry is shutting down."), kClosePatience);
  if (!all_gone) LogWarning("registry links remain", {});
  impl_->sweeper.Stop();
}

}  // namespace edgeplane::registry
