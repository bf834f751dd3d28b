// What the parts of one registry share. References only: Registry owns them all
// and outlives every use.
#pragma once

#include "base/clock.h"
#include "base/worker_pool.h"
#include "services/registry/command_signals.h"
#include "services/registry/event_signals.h"
#include "services/registry/registry_metrics.h"
#include "services/registry/registry_settings.h"
#include "storage/store.h"

namespace edgeplane::registry {

class AwaitedSessions;
class Dispatcher;
class LinkTable;
class Peers;
class PendingAdmissions;
class SessionDirectory;
class UnansweredSyncs;

struct RegistryParts {
  const RegistrySettings& settings;
  storage::Store& store;
  const Clock& clock;
  RegistryMetrics& metrics;
  CommandSignals& signals;
  EventSignals& event_signals;
  SessionDirectory& directory;
  PendingAdmissions& pending;
  UnansweredSyncs& unanswered;
  AwaitedSessions& awaited;
  Peers& peers;
  LinkTable& links;
  Dispatcher& dispatcher;
  WorkerPool& pool;
};

}  // namespace edgeplane::registry
