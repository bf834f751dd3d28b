#include "storage/postgres/writer.h"

#include <pthread.h>

#include <algorithm>
#include <tuple>

#include "base/uuid.h"
#include "storage/store_errors.h"

namespace edgeplane::storage::postgres {
namespace {

using std::chrono::steady_clock;

// Of one batch, or of one call that is tried alone.
constexpr int kAttemptsMax = 5;

// What goes before the locks, and what takes locks that are everybody's and so
// goes last. Within that in the order of the operations, which is the same in
// every registry.
enum class Stage : uint8_t { kBeforeLocks, kAgents, kRefusals, kEvents };

Stage StageOf(StoreOperation operation) {
  switch (operation) {
    case StoreOperation::kCreateAgent:
      return Stage::kBeforeLocks;
    case StoreOperation::kRecordRefusals:
      return Stage::kRefusals;
    case StoreOperation::kSyncAgent:
    case StoreOperation::kRecordEvents:
      return Stage::kEvents;
    default:
      return Stage::kAgents;
  }
}

std::vector<Call*> InOrder(const Batch& batch) {
  std::vector<Call*> calls;
  for (const std::shared_ptr<Call>& call : batch) calls.push_back(call.get());
  std::stable_sort(calls.begin(), calls.end(), [](const Call* a, const Call* b) {
    return std::tuple(StageOf(a->operation), a->operation) <
           std::tuple(StageOf(b->operation), b->operation);
  });
  return calls;
}

std::vector<std::string> AgentsOf(const std::vector<Call*>& calls) {
  std::vector<std::string> agents;
  for (const Call* call : calls) {
    agents.insert(agents.end(), call->agents.begin(), call->agents.end());
  }
  std::sort(agents.begin(), agents.end());
  agents.erase(std::unique(agents.begin(), agents.end()), agents.end());
  return agents;
}

Connection::Deadline LatestDeadline(const Batch& batch) {
  Connection::Deadline latest{};
  for (const std::shared_ptr<Call>& call : batch) latest = std::max(latest, call->deadline);
  return latest;
}

bool MayTryAlone(FailureKind kind) {
  return kind == FailureKind::kStatement || kind == FailureKind::kConflict;
}

}  // namespace

Writer::Writer(Connector& connector, CallQueue& queue, StoreMetrics* metrics)
    : connector_(connector),
      queue_(queue),
      metrics_(metrics),
      writer_id_(NewUuid(SystemClock().Now())) {
  thread_ = std::thread([this] { Loop(); });
  pthread_setname_np(thread_.native_handle(), "store-writer");
}

Writer::~Writer() { thread_.join(); }

void Writer::Loop() {
  while (queue_.AwaitCalls()) {
    // First the connection, then the calls: as long as there is none, nothing has
    // started, and calls can still be withdrawn.
    if (!IsConnected(steady_clock::now() + std::chrono::seconds(1))) continue;
    const Batch batch = queue_.Take();
    if (!batch.empty()) RunBatch(batch);
  }
}

bool Writer::IsConnected(Deadline deadline) {
  if (connection_ != nullptr && connection_->IsUsable() && connection_->IsIdle()) return true;
  connection_.reset();
  auto connected = connector_.Connect(deadline);
  if (connected.ok()) {
    connection_ = std::move(*connected);
  } else {
    connect_error_ = connected.error();
  }
  return connected.ok();
}

void Writer::RunBatch(const Batch& batch) {
  const std::optional<Failure> failure = RunToEnd(batch);
  if (failure && MayTryAlone(failure->kind) && batch.size() > 1) {
    for (const std::shared_ptr<Call>& call : batch) RunBatch({call});
    return;
  }
  std::optional<Error> error;
  if (failure) error = failure->error;
  if (failure && failure->kind == FailureKind::kServer) queue_.NoteTrouble(*error);
  for (const std::shared_ptr<Call>& call : batch) queue_.Answer(call, error);
}

std::optional<Failure> Writer::RunToEnd(const Batch& batch) {
  const Deadline deadline = LatestDeadline(batch);
  std::optional<Failure> failure;
  for (int attempt = 1; attempt <= kAttemptsMax; ++attempt) {
    if (steady_clock::now() >= deadline) {
      return failure.value_or(Failure{FailureKind::kServer, NotInTime()});
    }
    if (!IsConnected(deadline)) return Failure{FailureKind::kConnection, connect_error_};
    failure = RunOnce(batch, deadline);
    if (!failure) {
      conflict_back_off_.Reset();
      return failure;
    }
    const bool may_help =
        failure->kind == FailureKind::kConnection || failure->kind == FailureKind::kConflict;
    if (!may_help || failure->error.code == v1::ErrorReason::STORE_IN_DOUBT) return failure;
    if (failure->kind == FailureKind::kConflict) {
      WaitUntil(steady_clock::now() + conflict_back_off_.Next());
    }
  }
  return failure;
}

std::optional<Failure> Writer::RunOnce(const Batch& batch, Deadline deadline) {
  connection_->SetDeadline(deadline);
  connection_->Forget();
  Transaction tx(*connection_);
  Status done = CarryOut(tx, batch);
  if (done.ok()) done = tx.Settle();
  bool committing = false;
  if (done.ok()) {
    committing = true;
    const auto begin = steady_clock::now();
    done = tx.Commit(writer_id_, ++commits_);
    if (done.ok()) {
      if (metrics_ != nullptr) metrics_->Committed(steady_clock::now() - begin, batch.size());
      return std::nullopt;
    }
  }
  const Failure failure = tx.failure().value_or(Failure{FailureKind::kStatement, done.error()});
  if (committing && failure.kind == FailureKind::kConnection) return Settle(deadline);
  if (failure.kind == FailureKind::kConnection) {
    connection_.reset();
  } else if (!connection_->IsIdle()) {
    // If it fails, the connection is not used again.
    static_cast<void>(connection_->Run("rollback"));
  }
  return failure;
}

Status Writer::CarryOut(Transaction& tx, const Batch& batch) {
  const std::vector<Call*> calls = InOrder(batch);
  bool locked = false;
  for (size_t i = 0; i < calls.size();) {
    size_t end = i + 1;
    while (end < calls.size() && calls[end]->run == calls[i]->run &&
           calls[end]->operation == calls[i]->operation) {
      ++end;
    }
    if (!locked && StageOf(calls[i]->operation) != Stage::kBeforeLocks) {
      locked = true;
      if (Status done = tx.Lock(AgentsOf(calls)); !done.ok()) return done;
    }
    Status done = calls[i]->run(tx, Call::Group(calls).subspan(i, end - i));
    if (!done.ok()) return done;
    i = end;
  }
  return {};
}

std::optional<Failure> Writer::Settle(Deadline deadline) {
  const Failure in_doubt{FailureKind::kConnection, CommitInDoubt()};
  while (steady_clock::now() < deadline) {
    connection_.reset();
    if (!IsConnected(deadline)) return in_doubt;
    connection_->SetDeadline(deadline);
    // Waits for the lost session's transaction, should the server not have ended it.
    const auto rows =
        connection_->RunAll({Step("settle_writer", writer_id_), Step("get_mark", writer_id_)});
    if (!rows.ok()) continue;
    if (rows->back().front().Number(0) == commits_) return std::nullopt;
    return Failure{FailureKind::kConnection, NotCommitted()};
  }
  return in_doubt;
}

}  // namespace edgeplane::storage::postgres
