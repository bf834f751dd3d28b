// The simulated agents as the server knows them: made where they are missing,
// deleted when they are no longer wanted. Each carries a label that says which
// state file it belongs to; an agent without it is somebody else's, and is left
// alone.
#pragma once

#include <optional>

#include "base/secret.h"
#include "cli/client.h"
#include "cli/simulate/plan.h"
#include "cli/simulate/signals.h"

namespace edgeplane::simulate {

class Roster {
 public:
  // All must outlive it.
  Roster(const cli::Invocation& invocation, const Plan& plan, const Secret& key, Signals& signals);

  // Every agent of the plan exists. Fails, with nothing done, when one of them
  // is somebody else's.
  [[nodiscard]] std::optional<cli::Outcome> Fill();
  // No agent that carries the label and the plan's prefix exists, those of
  // earlier and larger runs among them.
  [[nodiscard]] std::optional<cli::Outcome> Clear();

  [[nodiscard]] int64_t created() const { return created_; }
  [[nodiscard]] int64_t deleted() const { return deleted_; }

 private:
  std::optional<cli::Outcome> Import(cli::Client& client, const std::string& agent_id) const;

  const cli::Invocation& invocation_;
  const Plan& plan_;
  const Secret& key_;
  Signals& signals_;
  const std::string mark_;
  int64_t created_ = 0;
  int64_t deleted_ = 0;
};

}  // namespace edgeplane::simulate
