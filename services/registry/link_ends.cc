// What a batch changes about sessions: what was written to them first, then which
// of them are here, then their ends in the store. A network cut or a restart ends
// thousands at once.
#include <memory>
#include <utility>

#include "services/registry/command_moves.h"
#include "services/registry/link.h"
#include "services/registry/session_end.h"

namespace edgeplane::registry {

void Link::Settle(LinkBatch batch) {
  std::vector<StoreCall> calls = SettlingCalls(parts_, batch);
  const auto rest = std::make_shared<LinkBatch>(std::move(batch));
  RunSideBySide(parts_.pool, std::move(calls),
                [self = shared_from_this(), rest](const std::optional<FailedCall>& failure) {
                  if (failure) return self->Fail(*failure);
                  self->EndSessions(self->NoteSessions(std::move(*rest)));
                });
}

void Link::EndSessions(std::vector<storage::SessionEnd> ends) {
  std::vector<StoreCall> calls;
  calls.reserve(ends.size());
  for (storage::SessionEnd& end : ends) {
    calls.push_back({"EndSession", [this, end = std::move(end)]() -> Status {
                       const auto ended = EndInStore(parts_, end);
                       if (!ended.ok()) return ended.error();
                       if (*ended) {
                         NoteMoves(parts_, **ended);
                         return {};
                       }
                       // Superseded before: somebody may wait for it to close.
                       NoteClosed(parts_, end.fence.session_id);
                       return {};
                     }});
  }
  RunSideBySide(parts_.pool, std::move(calls),
                [self = shared_from_this()](const std::optional<FailedCall>& failure) {
                  if (failure) return self->Fail(*failure);
                  self->FinishBatch();
                });
}

}  // namespace edgeplane::registry
