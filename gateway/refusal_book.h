// Every refusal of this gateway: gives each its id, folds repeats into one row
// with a count, counts them, logs them, and reports them to the registry.
//
// A first refusal is reported at once; the counts of repeats follow within half
// a second. So what a refused party was told by id can be looked up within a
// second, and a storm writes little.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "edgeplane/v1/reason.pb.h"
#include "edgeplane/v1/refusal.pb.h"
#include "gateway/rate_limit.h"

namespace edgeplane::gateway {

class GatewayMetrics;

// One refused attempt, as whoever refuses describes it.
struct Refused {
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  int http_status = 0;  // 0: closed without an answer
  // What makes two refusals of one agent, reason and address different all the
  // same: another rule that was broken, another secret that was presented. Two
  // that differ here are two rows, so that each explains its own.
  std::string variant;
  std::string detail;    // one sentence or nothing; no secrets
  std::string agent_id;  // as claimed
  std::string peer_ip;
  std::string peer_address;  // with the port
  std::string forwarded_for;
  v1::Presented presented;
  v1::Expected expected;
  // Where the answer says when to come back.
  std::optional<std::chrono::seconds> retry_after;
};

// Thread safe.
class RefusalBook {
 public:
  struct Settings {
    std::string gateway_id;
    Duration repeat_window;
    int64_t rows_per_minute;
  };
  // Takes a refusal for the ledger; must be quick, and must not come back here.
  // The count is absolute.
  using Report = std::function<void(const v1::Refusal&)>;

  RefusalBook(Settings settings, const Clock& clock, GatewayMetrics& metrics, Report report);

  // The id the refused party is told.
  std::string Note(const Refused& refused);

  // Reports counts that have grown since, and forgets rows whose window is over.
  // To be called about twice a second, and once at the end.
  void Flush();

 private:
  struct Row {
    std::string key;
    v1::Refusal refusal;
    Time opened{};
    bool dirty = false;
  };
  using Rows = std::list<Row>;

  v1::Refusal Describe(const Refused& refused, Time now) const;
  static void Fold(Refused& refused);

  const Settings settings_;
  const Clock& clock_;
  GatewayMetrics& metrics_;
  const Report report_;
  KeyedRateLimit new_rows_;
  std::mutex mutex_;
  Rows rows_;  // oldest first
  std::unordered_map<std::string, Rows::iterator> by_key_;
};

}  // namespace edgeplane::gateway
