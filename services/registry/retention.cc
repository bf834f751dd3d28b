#include "services/registry/retention.h"

#include "services/registry/store_failure.h"

namespace edgeplane::registry {
namespace {

constexpr int kBatchesPerLook = 16;

}  // namespace

Retention::Retention(const RegistryParts& parts)
    : parts_(parts),
      kinds_{{{"PruneEvents", &storage::Store::PruneEvents, parts.settings.event_retention},
              {"PruneCommands", &storage::Store::PruneCommands, parts.settings.command_retention},
              {"PruneRefusals", &storage::Store::PruneRefusals, parts.settings.refusal_retention},
              {"PruneAudit", &storage::Store::PruneAudit, parts.settings.audit_retention}}} {}

void Retention::Look(const std::function<bool()>& stopping) {
  for (Kind& kind : kinds_) PruneSome(kind, stopping);
}

void Retention::Continue(const std::function<bool()>& stopping) {
  for (Kind& kind : kinds_) {
    if (kind.more) PruneSome(kind, stopping);
  }
}

void Retention::PruneSome(Kind& kind, const std::function<bool()>& stopping) {
  const auto batch = static_cast<size_t>(parts_.settings.sweep_batch);
  const Time before = parts_.clock.Now() - kind.kept;
  for (int i = 0; i < kBatchesPerLook && !stopping(); ++i) {
    const Result<size_t> pruned = (parts_.store.*kind.prune)(before, batch);
    if (!pruned.ok()) {
      static_cast<void>(StoreFailed(kind.operation, pruned.error()));
      return;
    }
    kind.more = *pruned == batch;
    if (!kind.more) return;
  }
}

}  // namespace edgeplane::registry
