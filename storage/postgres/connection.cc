#include "storage/postgres/connection.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace edgeplane::storage::postgres {
namespace {

using std::chrono::steady_clock;

// The oldest whose features the schema needs, with a year's margin.
constexpr int kServerVersionMin = 130000;

// libpq prints them on standard error otherwise.
void IgnoreNotice(void* /*unused*/, const char* /*message*/) {}

int MillisecondsUntil(Connection::Deadline deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
  return static_cast<int>(std::clamp<int64_t>(left, 0, 24 * 60 * 60 * 1000));
}

std::string Milliseconds(Duration span) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(span).count());
}

Error WrongServer(std::string sentence) {
  return MakeError(v1::ErrorReason::STORE_UNAVAILABLE, std::move(sentence));
}

Status CheckServer(PGconn* handle) {
  if (PQserverVersion(handle) < kServerVersionMin) {
    return WrongServer("The database server is older than PostgreSQL 13; use a newer one.");
  }
  const char* encoding = PQparameterStatus(handle, "server_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8") {
    return WrongServer("The database's encoding is not UTF8; make one with ENCODING 'UTF8'.");
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::Open(const ConnectString& where,
                                                     const SessionLimits& limits,
                                                     Deadline deadline) {
  Error error;
  for (size_t host = 0; host < where.hosts(); ++host) {
    const auto left = deadline - steady_clock::now();
    const auto share = left / static_cast<int64_t>(where.hosts() - host);
    auto opened = OpenHost(where, host, limits.statement, steady_clock::now() + share);
    if (opened.ok()) {
      Connection& connection = **opened;
      connection.SetDeadline(deadline);
      const auto set = connection.Run("set_session", Milliseconds(limits.statement),
                                      Milliseconds(limits.lock), Milliseconds(limits.idle));
      if (set.ok()) return opened;
      error = set.error();
    } else {
      error = opened.error();
    }
  }
  return error;
}

Result<std::unique_ptr<Connection>> Connection::OpenHost(const ConnectString& where, size_t host,
                                                         Duration silence, Deadline deadline) {
  const ConnectString::Keywords keywords = where.For(host, silence);
  PGconn* handle = PQconnectStartParams(keywords.names.data(), keywords.values.data(), 1);
  if (handle == nullptr) return ConnectFailure("out of memory").error;
  std::unique_ptr<Connection> connection(new Connection(handle));
  connection->SetDeadline(deadline);
  if (!connection->Handshake()) {
    if (connection->expired_) return DeadlineFailure("connect").error;
    return ConnectFailure(where.Redact(PQerrorMessage(handle))).error;
  }
  if (Status fits = CheckServer(handle); !fits.ok()) return fits.error();
  PQsetNoticeProcessor(handle, &IgnoreNotice, nullptr);
  if (PQsetnonblocking(handle, 1) != 0) return connection->NoteLost("connect");
  return connection;
}

Connection::~Connection() { PQfinish(handle_); }

bool Connection::Handshake() {
  if (PQstatus(handle_) == CONNECTION_BAD) return false;
  PostgresPollingStatusType next = PGRES_POLLING_WRITING;
  while (next != PGRES_POLLING_OK) {
    if (next == PGRES_POLLING_FAILED) return false;
    if (!Wait(next == PGRES_POLLING_READING ? POLLIN : POLLOUT)) return false;
    next = PQconnectPoll(handle_);
  }
  return true;
}

bool Connection::IsUsable() const { return !broken_ && PQstatus(handle_) == CONNECTION_OK; }

Result<Rows> Connection::RunMade(const std::string& sql, const Parameters& parameters) {
  if (!EnterPipeline()) return NoteLost("pipeline");
  const WireParameters wire(parameters);
  const bool sent =
      PQsendQueryParams(handle_, sql.c_str(), wire.count(), nullptr, wire.values.data(),
                        wire.lengths.data(), wire.formats.data(), 1) == 1;
  if (!sent || PQpipelineSync(handle_) == 0) return NoteLost("statement");
  std::vector<Rows> rows;
  const bool whole = Collect({{"statement"}}, rows);
  if (failure_ && (!whole || rows.empty())) return failure_->error;
  if (rows.empty()) return NoteLost("results");
  return std::move(rows.front());
}

bool Connection::EnterPipeline() {
  return PQpipelineStatus(handle_) != PQ_PIPELINE_OFF || PQenterPipelineMode(handle_) == 1;
}

Result<Rows> Connection::Run(const Step& step) {
  Result<std::vector<Rows>> rows = RunAll({step});
  if (!rows.ok()) return rows.error();
  return std::move(rows->front());
}

Result<std::vector<Rows>> Connection::Read(std::vector<Step> steps) {
  steps.insert(steps.begin(), Step("begin_read"));
  steps.push_back(Step("commit"));
  Result<std::vector<Rows>> rows = RunAll(steps);
  if (!rows.ok()) return rows;
  rows->erase(rows->begin());
  rows->pop_back();
  return rows;
}

Result<std::vector<Rows>> Connection::RunAll(const std::vector<Step>& steps) {
  std::vector<Sent> sent;
  std::vector<Rows> rows;
  if (!EnterPipeline()) return NoteLost("pipeline");
  for (const Step& step : steps) {
    if (!Send(step, sent)) return NoteLost(step.name.name());
  }
  if (PQpipelineSync(handle_) == 0) return NoteLost("sync");
  const bool whole = Collect(sent, rows);
  if (failure_ && (!whole || rows.size() < steps.size())) return failure_->error;
  if (rows.size() < steps.size()) return NoteLost("results");
  return rows;
}

Status Connection::PrepareAll() {
  std::vector<Sent> sent;
  std::vector<Rows> none;
  if (!EnterPipeline()) return NoteLost("pipeline");
  for (size_t i = 0; i < sql::kAll.size(); ++i) {
    if (!prepared_.test(i) && !SendPrepare(i, sent)) return NoteLost("prepare");
  }
  if (PQpipelineSync(handle_) == 0) return NoteLost("sync");
  if (!Collect(sent, none)) return failure_->error;
  if (failure_) return failure_->error;
  return {};
}

bool Connection::SendPrepare(size_t statement, std::vector<Sent>& sent) {
  const auto& [name, text] = sql::kAll.at(statement);
  sent.push_back({name, statement});
  return PQsendPrepare(handle_, std::string(name).c_str(), std::string(text).c_str(), 0, nullptr) ==
         1;
}

bool Connection::Send(const Step& step, std::vector<Sent>& sent) {
  const size_t statement = step.name.index();
  const bool is_sent = std::any_of(sent.begin(), sent.end(), [statement](const Sent& earlier) {
    return earlier.prepares == statement;
  });
  if (!prepared_.test(statement) && !is_sent && !SendPrepare(statement, sent)) return false;
  const WireParameters wire(step.parameters);
  sent.push_back({step.name.name()});
  return PQsendQueryPrepared(handle_, std::string(step.name.name()).c_str(), wire.count(),
                             wire.values.data(), wire.lengths.data(), wire.formats.data(), 1) == 1;
}

bool Connection::Collect(const std::vector<Sent>& sent, std::vector<Rows>& rows) {
  size_t at = 0;  // of what was sent
  while (true) {
    bool pending = false;
    if (!Flush(&pending)) return false;
    while (PQisBusy(handle_) == 0) {
      ResultPointer result(PQgetResult(handle_));
      if (!IsUsable()) return static_cast<void>(NoteLost("read")), false;
      if (result == nullptr) {
        ++at;
        continue;
      }
      const ExecStatusType status = PQresultStatus(result.get());
      if (status == PGRES_PIPELINE_SYNC) return true;
      if (at >= sent.size()) return static_cast<void>(NoteLost("order")), false;
      const Sent& source = sent[at];
      if (status == PGRES_PIPELINE_ABORTED) continue;
      if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        static_cast<void>(NoteResult(result.get(), source.what));
      } else if (source.prepares) {
        prepared_.set(*source.prepares);
      } else {
        rows.emplace_back(std::move(result));
      }
    }
    if (!Wait(static_cast<short>(pending ? POLLIN | POLLOUT : POLLIN))) {
      return static_cast<void>(NoteLost("read")), false;
    }
    if (PQconsumeInput(handle_) == 0) return static_cast<void>(NoteLost("read")), false;
  }
}

Status Connection::Execute(const std::string& sql) {
  if (PQpipelineStatus(handle_) != PQ_PIPELINE_OFF && PQexitPipelineMode(handle_) == 0) {
    return NoteLost("pipeline");
  }
  if (PQsendQuery(handle_, sql.c_str()) == 0) return NoteLost("execute");
  while (true) {
    bool pending = false;
    if (!Flush(&pending)) return failure_->error;
    while (PQisBusy(handle_) == 0) {
      const ResultPointer result(PQgetResult(handle_));
      if (!IsUsable()) return NoteLost("execute");
      if (result == nullptr) return failure_ ? Status(failure_->error) : Status();
      const ExecStatusType status = PQresultStatus(result.get());
      if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        static_cast<void>(NoteResult(result.get(), "execute"));
      }
    }
    if (!Wait(static_cast<short>(pending ? POLLIN | POLLOUT : POLLIN))) return NoteLost("execute");
    if (PQconsumeInput(handle_) == 0) return NoteLost("execute");
  }
}

Result<std::vector<std::string>> Connection::AwaitNotifications(int wake) {
  std::vector<std::string> said;
  while (true) {
    if (PQconsumeInput(handle_) == 0) return NoteLost("listen");
    while (PGnotify* notification = PQnotifies(handle_)) {
      said.emplace_back(notification->extra);
      PQfreemem(notification);
    }
    if (!said.empty()) return said;
    std::array<pollfd, 2> sockets{pollfd{PQsocket(handle_), POLLIN, 0}, pollfd{wake, POLLIN, 0}};
    const int ready = poll(sockets.data(), sockets.size(), MillisecondsUntil(deadline_));
    if (ready < 0 && errno != EINTR) return NoteLost("listen");
    if (sockets.back().revents != 0 || steady_clock::now() >= deadline_) return said;
  }
}

bool Connection::Flush(bool* pending) {
  const int flushed = PQflush(handle_);
  if (flushed < 0) return static_cast<void>(NoteLost("write")), false;
  *pending = flushed == 1;
  return true;
}

bool Connection::Wait(short events) {
  while (true) {
    pollfd socket{PQsocket(handle_), events, 0};
    if (socket.fd < 0) return false;
    const int timeout = MillisecondsUntil(deadline_);
    const int ready = poll(&socket, 1, timeout);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
    if (ready == 0 && steady_clock::now() >= deadline_) {
      expired_ = true;
      return false;
    }
  }
}

Error Connection::Note(Failure failure) {
  if (!failure_) failure_ = std::move(failure);
  return failure_->error;
}

Error Connection::NoteLost(std::string_view what) {
  broken_ = true;
  if (expired_) return Note(DeadlineFailure(what));
  return Note(ConnectionFailure(PQerrorMessage(handle_), what));
}

Error Connection::NoteResult(const PGresult* result, std::string_view what) {
  const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* says = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  // libpq's own failures, such as a server that went away, have no SQLSTATE.
  if (sqlstate == nullptr) return Note(ConnectionFailure(PQresultErrorMessage(result), what));
  return Note(FailureOf(sqlstate, says != nullptr ? says : "", what));
}

}  // namespace edgeplane::storage::postgres
