// `edgeplane simulate`: agents made, run, and accounted for.
#pragma once

#include <string>
#include <vector>

#include "cli/invocation.h"
#include "cli/outcome.h"
#include "cli/simulate/plan.h"

namespace edgeplane::simulate {

struct Options {
  Plan plan;
  std::string gateway;  // empty: that of the data directory
  std::vector<std::string> ca_files;
  bool insecure = false;
  std::string state_file;  // empty: where it is by default
  bool delete_agents = false;
  std::string journal;  // empty: none
};

// Returns when the plan's duration is over, or SIGINT or SIGTERM came, and what
// was under way then has ended or has had its time. A second signal ends the
// waiting, a third the process.
cli::Outcome Simulate(const Options& options, const cli::Invocation& invocation);

}  // namespace edgeplane::simulate
