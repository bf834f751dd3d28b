// How the sessions a gateway reports as closed end in the store: side by side,
// since concurrent writes share a commit, and a network cut or a restart ends
// thousands at once.
#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>

#include "services/registry/command_moves.h"
#include "services/registry/link.h"

namespace edgeplane::registry {
namespace {

// Besides the thread that runs the batch; fewer where the pool is busy.
constexpr size_t kHelpersMax = 15;

}  // namespace

struct Link::Ending {
  explicit Ending(std::vector<storage::SessionEnd> all) : ends(std::move(all)) {}

  const std::vector<storage::SessionEnd> ends;
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  size_t done = 0;
  std::optional<Error> error;  // the first
};

void Link::EndSessions(std::vector<storage::SessionEnd> ends) {
  if (ends.empty()) return FinishBatch();
  const auto ending = std::make_shared<Ending>(std::move(ends));
  const size_t helpers = std::min(ending->ends.size() - 1, kHelpersMax);
  for (size_t i = 0; i < helpers; ++i) {
    if (!parts_.pool.TrySubmit([self = shared_from_this(), ending] { self->RunEnds(ending); })) {
      break;
    }
  }
  RunEnds(ending);
}

// Whoever ends the last one goes on with the batch; nobody waits.
void Link::RunEnds(const std::shared_ptr<Ending>& ending) {
  while (true) {
    const size_t index = ending->next++;
    if (index >= ending->ends.size()) return;
    const storage::SessionEnd& end = ending->ends[index];
    const auto ended = parts_.store.EndSession(end);
    if (ended.ok() && *ended) NoteMoves(parts_, **ended);
    std::optional<Error> error;
    {
      const std::lock_guard lock(ending->mutex);
      if (!ended.ok() && !ending->error) ending->error = ended.error();
      if (++ending->done < ending->ends.size()) continue;
      error = ending->error;
    }
    if (error) return Fail("EndSession", *error);
    return FinishBatch();
  }
}

}  // namespace edgeplane::registry
