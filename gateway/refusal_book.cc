#include "gateway/refusal_book.h"

#include <algorithm>

#include "base/log.h"
#include "base/reasons.h"
#include "base/timestamp.h"
#include "base/uuid.h"
#include "gateway/gateway_metrics.h"

namespace edgeplane::gateway {

namespace {

constexpr size_t kRowsMax = 16'384;
constexpr size_t kAddressesMax = 65'536;

std::string Key(const Refused& refused) {
  return std::to_string(refused.reason) + ' ' + refused.peer_ip + ' ' + refused.agent_id + ' ' +
         refused.variant;
}

void LogRefusal(const v1::Refusal& refusal) {
  LogWarning("agent refused", {{"reason", NameOf(refusal.reason())},
                               {"refusal_id", refusal.refusal_id()},
                               {"stage", LabelOf(refusal.stage())},
                               {"agent", refusal.agent_id()},
                               {"peer", refusal.peer_address()},
                               {"status", refusal.http_status()},
                               {"detail", refusal.detail()}});
}

}  // namespace

RefusalBook::RefusalBook(Settings settings, const Clock& clock, GatewayMetrics& metrics,
                         Report report)
    : settings_(std::move(settings)),
      clock_(clock),
      metrics_(metrics),
      report_(std::move(report)),
      new_rows_(settings_.rows_per_minute, kAddressesMax) {}

v1::Refusal RefusalBook::Describe(const Refused& refused, Time now) const {
  v1::Refusal refusal;
  refusal.set_refusal_id(NewUuid(now));
  refusal.set_reason(refused.reason);
  refusal.set_stage(TraitsOf(refused.reason).stage());
  refusal.set_agent_id(refused.agent_id);
  refusal.set_peer_address(refused.peer_address);
  refusal.set_forwarded_for(refused.forwarded_for);
  refusal.set_gateway_id(settings_.gateway_id);
  refusal.set_http_status(refused.http_status);
  refusal.set_detail(refused.detail);
  *refusal.mutable_presented() = refused.presented;
  *refusal.mutable_expected() = refused.expected;
  SetTime(now, *refusal.mutable_create_time());
  SetTime(now, *refusal.mutable_last_time());
  refusal.set_count(1);
  return refusal;
}

// An address that goes through many ids gets one row for all that is over its
// share of new rows.
void RefusalBook::Fold(Refused& refused) {
  refused.agent_id.clear();
  refused.variant.clear();
  refused.presented.Clear();
  refused.expected.Clear();
  refused.detail =
      "This address caused more new rows than refusal-rows-per-minute; the rest are counted here, "
      "whatever agent they named.";
}

std::string RefusalBook::Note(const Refused& refused) {
  metrics_.Refused(refused.reason);
  const Time now = clock_.Now();
  v1::Refusal report;
  std::string refusal_id;
  {
    const std::lock_guard lock(mutex_);
    std::string key = Key(refused);
    auto found = by_key_.find(key);
    Refused described = refused;
    const auto over = [&] { return now - found->second->opened >= settings_.repeat_window; };
    if (found == by_key_.end() || over()) {
      const bool allowed =
          new_rows_.Take(refused.peer_ip, std::chrono::steady_clock::now()).count() == 0;
      if (!allowed) {
        Fold(described);
        key = Key(described);
        found = by_key_.find(key);
      }
    }
    if (found != by_key_.end() && !over()) {
      Row& row = *found->second;
      row.refusal.set_count(row.refusal.count() + 1);
      SetTime(now, *row.refusal.mutable_last_time());
      row.dirty = true;
      return row.refusal.refusal_id();
    }
    if (found == by_key_.end() && rows_.size() >= kRowsMax) {
      if (rows_.front().dirty) report_(rows_.front().refusal);
      by_key_.erase(rows_.front().key);
      rows_.pop_front();
    }
    if (found != by_key_.end()) {
      if (found->second->dirty) report_(found->second->refusal);
      rows_.erase(found->second);
      by_key_.erase(found);
    }
    report = Describe(described, now);
    refusal_id = report.refusal_id();
    rows_.push_back(Row{key, report, now, false});
    by_key_.emplace(std::move(key), std::prev(rows_.end()));
    // Here, so that no greater count of the same row can overtake it.
    report_(report);
  }
  LogRefusal(report);
  return refusal_id;
}

void RefusalBook::Flush() {
  const Time now = clock_.Now();
  const std::lock_guard lock(mutex_);
  for (auto row = rows_.begin(); row != rows_.end();) {
    if (row->dirty) report_(row->refusal);
    row->dirty = false;
    if (now - row->opened >= settings_.repeat_window) {
      by_key_.erase(row->key);
      row = rows_.erase(row);
    } else {
      ++row;
    }
  }
}

}  // namespace edgeplane::gateway
