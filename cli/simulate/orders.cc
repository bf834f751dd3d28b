#include "cli/simulate/orders.h"

#include "base/uuid.h"
#include "cli/format.h"
#include "cli/status_text.h"

namespace edgeplane::simulate {
namespace {

using cli::Client;

// One thread for so many commands a second: a call takes a few milliseconds.
constexpr double kRatePerThread = 20;
constexpr double kThreadsMax = 16;
constexpr int64_t kOpenJobsMax = 100'000;
constexpr Duration kFirstPause = std::chrono::milliseconds(100);
constexpr Duration kLongestPause = std::chrono::seconds(2);
// Behind its rate by more than this, the simulator does not catch up.
constexpr Duration kBehindMax = std::chrono::seconds(1);

bool MayPass(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::UNAVAILABLE ||
         status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED ||
         status.error_code() == grpc::StatusCode::CANCELLED;
}

// One call, whatever this thread's client has done before.
template <class Request, class Response>
grpc::Status Call(Client& client,
                  grpc::Status (Client::Stub::*method)(grpc::ClientContext*, const Request&,
                                                       Response*),
                  const Request& request, Response& response) {
  if (client.Prepare()) return {grpc::StatusCode::FAILED_PRECONDITION, ""};
  grpc::ClientContext context;
  client.PrepareContext(context, client.timeout());
  return (client.stub().*method)(&context, request, &response);
}

}  // namespace

Orders::Orders(const cli::Invocation& invocation, const Plan& plan, Journal& journal)
    : invocation_(invocation), plan_(plan), journal_(journal), run_(NewUuid(SystemClock().Now())) {}

Orders::~Orders() { Stop(); }

void Orders::Start() {
  if (plan_.command_rate <= 0) return;
  send_at_ = Steady::now();
  const auto threads =
      static_cast<int64_t>(std::clamp(plan_.command_rate / kRatePerThread, 2.0, kThreadsMax));
  for (int64_t i = 0; i < threads; ++i) threads_.emplace_back([this] { Work(); });
}

void Orders::StopSending() {
  const std::lock_guard lock(mutex_);
  send_at_ = kNever;
}

void Orders::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

OrderTally Orders::Look() const {
  const std::lock_guard lock(mutex_);
  return tally_;
}

// --- the threads --------------------------------------------------------------

void Orders::Work() {
  Client client(invocation_);
  Job job;
  while (Next(job)) Do(client, std::exchange(job, {}));
}

bool Orders::Next(Job& job) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stopping_) return false;
    const Moment now = Steady::now();
    if (!jobs_.empty() && jobs_.begin()->first <= now) {
      job = std::move(jobs_.begin()->second);
      jobs_.erase(jobs_.begin());
      return true;
    }
    if (send_at_ <= now) {
      AdvanceSending(now);
      if (open_jobs_ < kOpenJobsMax) {
        ++open_jobs_;
        job = Job{.number = sent_jobs_++, .command_id = {}, .pause = kFirstPause};
        return true;
      }
      CountUp(tally_.errors, "a command not sent, as too many have not ended");
      continue;
    }
    const Moment next = jobs_.empty() ? send_at_ : std::min(send_at_, jobs_.begin()->first);
    // The mark of a clock that never comes overflows in some waits.
    if (next == kNever) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, next);
    }
  }
}

void Orders::AdvanceSending(Moment now) {
  const std::chrono::duration<double> step(1 / plan_.command_rate);
  send_at_ += std::chrono::duration_cast<Steady::duration>(step);
  send_at_ = std::max(send_at_, now - kBehindMax);
}

void Orders::Do(Client& client, Job job) {
  if (job.command_id.empty()) {
    const grpc::Status status = Send(client, job);
    SendAnswered(std::move(job), status);
    return;
  }
  v1::Command command;
  const grpc::Status status = Ask(client, job, command);
  AskAnswered(std::move(job), status, command);
}

grpc::Status Orders::Send(Client& client, Job& job) const {
  v1::SendCommandRequest request;
  request.set_agent_id(AgentId(plan_, job.number % plan_.agents));
  request.set_type("simulated");
  auto& fields = *request.mutable_payload()->mutable_fields();
  fields["number"].set_number_value(static_cast<double>(job.number));
  request.set_max_deliveries(plan_.max_deliveries);
  request.set_idempotency_key(run_ + "-" + std::to_string(job.number));
  v1::Command command;
  const grpc::Status status = Call(client, &Client::Stub::SendCommand, request, command);
  job.command_id = command.command_id();
  return status;
}

grpc::Status Orders::Ask(Client& client, const Job& job, v1::Command& command) const {
  v1::GetCommandRequest request;
  request.set_command_id(job.command_id);
  return Call(client, &Client::Stub::GetCommand, request, command);
}

void Orders::SendAnswered(Job job, const grpc::Status& status) {
  const bool repeated = job.pause != kFirstPause;
  const std::lock_guard lock(mutex_);
  if (status.ok()) {
    if (repeated) --tally_.in_doubt_sends;
    ++tally_.sent;
    ++tally_.unfinished;
    journal_.Write({"order", AgentId(plan_, job.number % plan_.agents), {}, job.command_id, {}});
    job.pause = kFirstPause + plan_.ack_delay / 2;
    return Again(std::move(job));
  }
  CountUp(tally_.errors, "send: " + cli::StatusName(status.error_code()));
  if (MayPass(status)) {
    if (!repeated) ++tally_.in_doubt_sends;
    return Again(std::move(job));
  }
  if (repeated) --tally_.in_doubt_sends;
  --open_jobs_;
}

void Orders::AskAnswered(Job job, const grpc::Status& status, const v1::Command& command) {
  const std::lock_guard lock(mutex_);
  if (!status.ok()) CountUp(tally_.errors, "ask: " + cli::StatusName(status.error_code()));
  if (!status.ok() || !cli::IsFinal(command.state())) return Again(std::move(job));
  const std::string state = cli::StateText(command.state());
  journal_.Write({"ended", command.agent_id(), {}, job.command_id, state});
  CountUp(tally_.ended, state);
  --tally_.unfinished;
  --open_jobs_;
}

void Orders::Again(Job job) {
  const Moment when = Steady::now() + job.pause;
  job.pause = std::min(job.pause * 2, std::max(kLongestPause, job.pause));
  jobs_.emplace(when, std::move(job));
  changed_.notify_one();
}

}  // namespace edgeplane::simulate
