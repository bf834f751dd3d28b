// WriteSummaryJson of cli/simulate/report.h.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cctype>

#include "cli/simulate/report.h"

namespace edgeplane::simulate {
namespace {

namespace json = boost::json;

json::object ToJson(const Counts& counts) {
  json::object object;
  for (const auto& [key, count] : counts) object[key] = count;
  return object;
}

double Milliseconds(Duration span) { return static_cast<double>(span.count()) / 1000; }

int64_t Ended(const OrderTally& orders, std::string_view state) {
  const auto found = orders.ended.find(state);
  return found == orders.ended.end() ? 0 : found->second;
}

json::object Agents(const Results& results) {
  const Tally& agents = results.agents;
  return {{"started", agents.started},         {"connected", agents.connected},
          {"polling", agents.polling},         {"away", agents.away()},
          {"created", results.agents_created}, {"deleted", results.agents_deleted}};
}

json::object Commands(const Results& results) {
  const Tally& agents = results.agents;
  const OrderTally& orders = results.orders;
  return {{"sent", orders.sent},
          {"completed", Ended(orders, "COMPLETED")},
          {"failed", Ended(orders, "FAILED")},
          {"expired", Ended(orders, "EXPIRED")},
          {"cancelled", Ended(orders, "CANCELLED")},
          {"in_doubt", Ended(orders, "IN_DOUBT")},
          {"unfinished", orders.unfinished},
          {"send_unanswered", orders.in_doubt_sends},
          {"received", agents.commands_received},
          {"received_twice", agents.commands_twice},
          {"acked", agents.acks_sent},
          {"acked_again", agents.acks_repeated}};
}

json::object Events(const Tally& agents) {
  return {{"made", agents.events_made},
          {"sent", agents.events_sent},
          {"acked", agents.events_acked},
          {"outstanding", agents.events_outstanding()}};
}

json::object Delivery(const Latency& latency) {
  return {{"count", latency.count()},
          {"p50", Milliseconds(latency.Quantile(0.5))},
          {"p95", Milliseconds(latency.Quantile(0.95))},
          {"p99", Milliseconds(latency.Quantile(0.99))},
          {"max", Milliseconds(latency.max())}};
}

}  // namespace

void WriteSummaryJson(std::ostream& out, const Results& results) {
  json::object object;
  object["gateway"] = results.gateway;
  object["seconds"] = static_cast<double>(results.time.count()) / 1e6;
  object["seed"] = results.plan.seed;
  object["agents"] = Agents(results);
  object["opens"] = results.agents.opens;
  object["closes"] = ToJson(results.agents.closes);
  object["refusals"] = ToJson(results.agents.refusals);
  object["syncs"] = results.agents.syncs;
  object["commands"] = Commands(results);
  object["events"] = Events(results.agents);
  object["config_updates"] = results.agents.config_updates;
  object["delivery_ms"] = Delivery(results.agents.latency);
  object["errors"] = ToJson(results.agents.errors);
  object["api_errors"] = ToJson(results.orders.errors);
  json::array lost;
  for (const std::string& loss : Losses(results)) lost.emplace_back(loss);
  object["lost"] = std::move(lost);
  out << json::serialize(object) << '\n';
}

}  // namespace edgeplane::simulate
