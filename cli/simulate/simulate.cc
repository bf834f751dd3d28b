#include "cli/simulate/simulate.h"

#include <sys/resource.h>

#include <filesystem>

#include "cli/endpoints.h"
#include "cli/escape.h"
#include "cli/failure.h"
#include "cli/simulate/fleet.h"
#include "cli/simulate/orders.h"
#include "cli/simulate/report.h"
#include "cli/simulate/roster.h"
#include "cli/simulate/signals.h"
#include "cli/simulate/state_file.h"
#include "cli/simulate/target.h"

namespace edgeplane::simulate {
namespace {

using cli::ExitCode;
using cli::Invocation;
using cli::Outcome;

constexpr Duration kLook = std::chrono::milliseconds(200);
constexpr Duration kProgressOnTerminal = std::chrono::seconds(1);
constexpr Duration kProgressElsewhere = std::chrono::seconds(10);
// Besides the agents' connections: gRPC, the journal, the event loop.
constexpr rlim_t kOtherFiles = 64;

Outcome Unusable(const Error& error) {
  return cli::UsageError(cli::EscapeForTerminal(error.message));
}

bool IsHere(const GatewayAddress& address) {
  return address.host == "localhost" || address.host == "::1" || address.host.starts_with("127.");
}

Result<GatewayAddress> FindGateway(const Options& options, const std::string& data_dir) {
  if (!options.gateway.empty()) return ParseGatewayUrl(options.gateway);
  const Result<cli::Endpoints> endpoints = cli::ReadEndpoints(data_dir);
  if (!endpoints.ok()) {
    return MakeError(v1::ErrorReason::INVALID_FIELD,
                     "no server runs on the data directory " + data_dir +
                         ", so give --gateway URL, or the --data-dir of one that does");
  }
  return LocalGateway(*endpoints);
}

Result<std::unique_ptr<const Target>> FindTarget(const Options& options,
                                                 const std::string& data_dir) {
  Result<GatewayAddress> address = FindGateway(options, data_dir);
  if (!address.ok()) return address.error();
  Trust trust{.anybody = options.insecure, .ca_files = options.ca_files};
  // The certificate that a server makes for itself is trusted where it was made.
  const std::filesystem::path own = std::filesystem::path(data_dir) / "tls" / "cert.pem";
  std::error_code ignored;
  if (trust.ca_files.empty() && IsHere(*address) && std::filesystem::exists(own, ignored)) {
    trust.ca_files.push_back(own.string());
  }
  return Target::Find(*std::move(address), trust);
}

// Every agent holds a socket. Nothing when there are enough.
std::optional<Outcome> RaiseFileLimit(int64_t agents) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t wanted = static_cast<rlim_t>(agents) + kOtherFiles;
  if (limit.rlim_cur >= wanted) return std::nullopt;
  return cli::UsageError(std::to_string(agents) + " agents need " + std::to_string(wanted) +
                         " open files, and this process may have " +
                         std::to_string(limit.rlim_cur) + ": raise it (ulimit -n), or use fewer");
}

// A run, once everything it needs is there.
class Run {
 public:
  Run(const Invocation& invocation, Signals& signals, const Plan& plan, const Target& target,
      const Secret& key, Journal& journal)
      : around_(invocation.around),
        signals_(signals),
        journal_(journal),
        fleet_(plan, target, key, invocation.around.clock, journal),
        orders_(invocation, plan, journal) {
    results_.plan = plan;
    results_.gateway = UrlOf(target.address());
  }

  Results& Execute() {
    begun_ = Steady::now();
    fleet_.Start();
    orders_.Start();
    const Plan& plan = results_.plan;
    const Moment until = plan.duration ? begun_ + *plan.duration : kNever;
    Watch(until, false);
    around_.err << "finishing; once more to stop at once\n" << std::flush;
    orders_.StopSending();
    fleet_.Settle();
    Watch(Steady::now() + plan.settle, true);
    signals_.LetKill();
    orders_.Stop();
    results_.orders = orders_.Look();
    results_.time = Elapsed();
    const Tally present = fleet_.Look();
    fleet_.Leave();
    Tally& agents = results_.agents;
    agents = fleet_.Look();
    agents.connected = present.connected;
    agents.polling = present.polling;
    if (!journal_.Flush()) results_.journal_failed = true;
    return results_;
  }

 private:
  [[nodiscard]] Duration Elapsed() const {
    return std::chrono::duration_cast<Duration>(Steady::now() - begun_);
  }

  // Until the time is up, a signal comes, or (if asked) all is settled.
  void Watch(Moment until, bool until_settled) {
    const Duration every = around_.err_is_terminal ? kProgressOnTerminal : kProgressElsewhere;
    for (;;) {
      const Moment now = Steady::now();
      if (now >= until) return;
      Duration pause = kLook;
      if (until - now < pause) pause = std::chrono::ceil<Duration>(until - now);
      if (signals_.WaitFor(pause)) return;
      if (!journal_.Flush()) results_.journal_failed = true;
      const Tally& agents = fleet_.Look();
      const OrderTally orders = orders_.Look();
      if (until_settled && Settled(agents, orders)) return;
      if (Elapsed() - said_ < every) continue;
      said_ = Elapsed();
      around_.err << ProgressLine(said_, agents, orders) << '\n' << std::flush;
    }
  }

  const cli::Surroundings& around_;
  Signals& signals_;
  Journal& journal_;
  Fleet fleet_;
  Orders orders_;
  Results results_;
  Moment begun_{};
  Duration said_{};
};

void WriteResults(const Invocation& invocation, const Results& results) {
  if (invocation.json) {
    WriteSummaryJson(invocation.around.out, results);
  } else {
    WriteSummary(invocation.around.out, invocation.around.colour, results);
  }
}

}  // namespace

Outcome Simulate(const Options& options, const Invocation& invocation) {
  Signals signals;
  const Result<cli::ClientSettings> settings = cli::ResolveClientSettings(invocation.client_flags);
  if (!settings.ok()) return cli::SettingsFailure(settings.error());
  const Plan& plan = options.plan;
  const Result<std::unique_ptr<const Target>> target = FindTarget(options, settings->data_dir);
  if (!target.ok()) return Unusable(target.error());
  const std::string state_file =
      options.state_file.empty() ? DefaultStateFile() : options.state_file;
  if (state_file.empty()) return cli::UsageError("there is no home directory: give --state-file");
  const Result<Secret> key = OpenStateFile(state_file);
  if (!key.ok()) return Unusable(key.error());
  const Result<StateLock> lock = StateLock::Take(state_file);
  if (!lock.ok()) return Unusable(lock.error());
  if (std::optional<Outcome> failure = RaiseFileLimit(plan.agents)) return *failure;
  Journal journal(invocation.around.clock);
  if (!options.journal.empty()) {
    if (const Status opened = journal.Open(options.journal); !opened) {
      return Unusable(opened.error());
    }
  }
  Roster roster(invocation, plan, *key, signals);
  if (std::optional<Outcome> failure = roster.Fill()) return *failure;
  Run run(invocation, signals, plan, **target, *key, journal);
  Results& results = run.Execute();
  results.agents_created = roster.created();
  std::optional<Outcome> not_deleted;
  if (options.delete_agents) not_deleted = roster.Clear();
  results.agents_deleted = roster.deleted();
  WriteResults(invocation, results);
  if (not_deleted) return *not_deleted;
  if (Losses(results).empty()) return {};
  return {ExitCode::kLost, {}};
}

}  // namespace edgeplane::simulate
