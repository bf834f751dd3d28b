// How a run went, and whether anything was lost by it.
#pragma once

#include <string>
#include <vector>

#include "cli/simulate/plan.h"
#include "cli/simulate/tally.h"

namespace edgeplane::simulate {

struct Results {
  Plan plan;
  std::string gateway;  // URL
  Duration time{};      // from the first agent's start to the goodbyes
  // Presence as it was before the goodbyes.
  Tally agents;
  OrderTally orders;
  int64_t agents_created = 0;
  int64_t agents_deleted = 0;
  bool journal_failed = false;
};

// Nothing is under way any more: every command has ended, every event and
// acknowledgement has arrived, and every agent is connected or polls.
bool Settled(const Tally& agents, const OrderTally& orders);

// What was lost, or is not known to have arrived: one sentence each. None: exit
// code 0.
std::vector<std::string> Losses(const Results& results);

}  // namespace edgeplane::simulate
