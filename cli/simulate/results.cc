#include "cli/simulate/results.h"

namespace edgeplane::simulate {
namespace {

int64_t CountOf(const Counts& counts, std::string_view key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

}  // namespace

bool Settled(const Tally& agents, const OrderTally& orders) {
  return orders.unfinished == 0 && orders.in_doubt_sends == 0 && agents.events_outstanding() == 0 &&
         agents.acks_waiting == 0 && agents.away() == 0;
}

std::vector<std::string> Losses(const Results& results) {
  std::vector<std::string> losses;
  const auto add = [&](int64_t count, const char* what) {
    if (count > 0) losses.push_back(what + std::string(": ") + std::to_string(count));
  };
  const Tally& agents = results.agents;
  const OrderTally& orders = results.orders;
  add(orders.unfinished, "commands that had not ended when the time was up");
  add(orders.in_doubt_sends, "commands that may or may not have been accepted");
  add(CountOf(orders.ended, "EXPIRED"), "commands EXPIRED");
  add(CountOf(orders.ended, "CANCELLED"), "commands CANCELLED");
  // At most so often means that a broken connection may leave doubt.
  if (results.plan.max_deliveries == 0) {
    add(CountOf(orders.ended, "IN_DOUBT"), "commands IN_DOUBT");
  }
  if (results.plan.max_deliveries == 1) {
    add(agents.commands_twice, "commands that arrived twice, and may be delivered once");
  }
  add(agents.acks_waiting, "acknowledgements not sent");
  add(agents.events_outstanding(), "events not acknowledged");
  add(agents.away(), "agents neither connected nor polling at the end");
  if (results.journal_failed) losses.emplace_back("the journal could not be written");
  return losses;
}

}  // namespace edgeplane::simulate
