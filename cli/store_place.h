// The store that the settings name, for a server and for the commands that need none.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/serve_settings.h"
#include "storage/store.h"
#include "storage/store_metrics.h"
#include "storage/transfer/transfer.h"

namespace edgeplane::cli {

// `metrics` may be null and must outlive the store. `give_up` ends a wait for others that
// change its schema.
Result<std::unique_ptr<storage::Store>> OpenStore(const ServeSettings& settings,
                                                  storage::StoreMetrics* metrics,
                                                  const std::function<bool()>& give_up);

// For people to read, and without a password.
std::string StorePlace(const ServeSettings& settings);

Result<std::unique_ptr<storage::transfer::Source>> OpenSource(const ServeSettings& settings);

// Makes the data directory, where there is none.
Result<std::unique_ptr<storage::transfer::Sink>> OpenSink(const ServeSettings& settings);

// Ends the sessions that came with an import: where they are from, the gateways hold
// their agents, and here nobody does. What they had been sent and had not answered goes
// back to the queue. Gives how many there were.
Result<int64_t> ReleaseImportedSessions(const ServeSettings& settings);

}  // namespace edgeplane::cli
