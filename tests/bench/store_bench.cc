// What a store does on this machine's disk: durable commands a second and CPU for
// each, by the number of callers at once, and how long a command takes where 1 000
// come a second. `enqueue` is the command alone; `send` is all that the operator's API
// stores for one: its entry in the audit log first, and how it ended. `make bench-store`
// runs it, on the disk of TMPDIR.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/uuid.h"
#include "services/admin/audit_log.h"
#include "tests/bench/bench_stores.h"

namespace edgeplane::storage {
namespace {

using std::chrono::steady_clock;

constexpr int kAgents = 500;
constexpr int64_t kUnfinishedMax = 10'000'000;
constexpr int kPacedCallers = 64;
constexpr auto kPace = std::chrono::milliseconds(1);  // 1 000 a second
constexpr int kPacedCommands = 5000;
constexpr int kEnded = 40'000;
constexpr size_t kPruneBatch = 256;  // as sweep-batch

std::string AgentId(int64_t number) { return "agent-" + std::to_string(number % kAgents); }

// One store, with agents, for the time of one measurement.
class Fleet {
 public:
  explicit Fleet(const StoreKind& kind) : store_(kind.make()), log_(store(), clock_) {
    for (int i = 0; i < kAgents; ++i) {
      Agent agent;
      agent.agent_id = AgentId(i);
      if (!store().CreateAgent(agent, std::nullopt).ok()) std::abort();
    }
  }

  // Gives the command's id; nothing, and `why`, where it failed.
  std::optional<std::string> Enqueue(int64_t number, std::string& why) {
    static const std::string payload = R"({"text":")" + std::string(200, 'x') + R"("})";
    NewCommand command;
    command.agent_id = AgentId(number);
    command.type = "say";
    command.payload_json = payload;
    command.create_time = SystemClock().Now();
    command.command_id = NewUuid(command.create_time);
    command.idempotency_key = command.command_id;
    command.expire_time = command.create_time + std::chrono::hours(1);
    const Result<Enqueued> made = store().EnqueueCommand(command, kUnfinishedMax);
    if (made.ok()) return command.command_id;
    why = made.error().message;
    return std::nullopt;
  }

  // The same, as an operator's call.
  std::optional<std::string> Send(int64_t number, std::string& why) {
    AuditEntry entry;
    entry.caller = "bootstrap";
    entry.peer_address = "192.0.2.1:54321";
    entry.method = kCommonestMethod;
    entry.agent_id = AgentId(number);
    entry.detail = R"(type="say")";
    const Result<std::string> audit_id = log_.Begin(std::move(entry));
    if (!audit_id.ok()) {
      why = audit_id.error().message;
      return std::nullopt;
    }
    std::optional<std::string> command_id = Enqueue(number, why);
    log_.End({*audit_id, {}, "", command_id.value_or("")});
    return command_id;
  }

  // Makes `count` commands that have ended, by a few callers at once.
  void FillWithEnded(int count) {
    std::atomic<int> next = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < kPacedCallers; ++i) {
      callers.emplace_back([&] {
        for (int n = next++; n < count; n = next++) {
          std::string why;
          const std::optional<std::string> id = Enqueue(n, why);
          if (!id || !store().CancelCommand(*id, "", SystemClock().Now()).ok()) std::abort();
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
  }

  // As the sweeper does it, but all the time. Gives how many went.
  int64_t PruneUntil(const std::atomic<bool>& done) {
    int64_t pruned = 0;
    while (!done) {
      const Result<size_t> some = store().PruneCommands(SystemClock().Now(), kPruneBatch);
      if (!some.ok()) std::abort();
      pruned += static_cast<int64_t>(*some);
    }
    return pruned;
  }

  [[nodiscard]] double ServerCpuSeconds() { return store_->ServerCpuSeconds(); }

 private:
  Store& store() { return store_->get(); }

  SystemClock clock_;
  std::unique_ptr<BenchStore> store_;
  admin::AuditLog log_;
};

using Act = std::optional<std::string> (Fleet::*)(int64_t, std::string&);

std::unique_ptr<Fleet> fleet;  // of the measurement that is under way

void Unpaced(benchmark::State& state, const StoreKind& kind, Act act) {
  if (state.thread_index() == 0) fleet = std::make_unique<Fleet>(kind);
  int64_t number = state.thread_index();
  const double server_cpu = state.thread_index() == 0 ? fleet->ServerCpuSeconds() : 0;
  for ([[maybe_unused]] auto _ : state) {
    std::string why;
    if (!((*fleet).*act)(number, why)) return state.SkipWithError(why.c_str());
    number += state.threads();
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() != 0) return;
  const double commands = static_cast<double>(state.iterations()) * state.threads();
  state.counters["server_cpu_us"] = (fleet->ServerCpuSeconds() - server_cpu) * 1e6 / commands;
  fleet.reset();
}

// Each command has its moment; what it waits for a caller counts as well.
std::vector<double> PacedMillis(std::string& why) {
  std::vector<double> millis(kPacedCommands);
  std::atomic<int> next = 0;
  std::atomic<bool> failed = false;
  const auto begin = steady_clock::now();
  std::vector<std::thread> callers;
  for (int i = 0; i < kPacedCallers; ++i) {
    callers.emplace_back([&] {
      for (int n = next++; n < kPacedCommands && !failed; n = next++) {
        const auto due = begin + n * kPace;
        std::this_thread::sleep_until(due);
        std::string error;
        if (!fleet->Send(n, error) && !failed.exchange(true)) why = error;
        millis[n] = std::chrono::duration<double, std::milli>(steady_clock::now() - due).count();
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  return millis;
}

void SendAtPace(benchmark::State& state, const StoreKind& kind, bool pruning) {
  fleet = std::make_unique<Fleet>(kind);
  if (pruning) fleet->FillWithEnded(kEnded);
  for ([[maybe_unused]] auto _ : state) {
    std::atomic<bool> done = false;
    std::thread pruner([&] {
      if (pruning) state.counters["pruned"] = static_cast<double>(fleet->PruneUntil(done));
    });
    std::string why;
    std::vector<double> millis = PacedMillis(why);
    done = true;
    pruner.join();
    if (!why.empty()) return state.SkipWithError(why.c_str());
    std::sort(millis.begin(), millis.end());
    state.counters["p50_ms"] = millis[millis.size() / 2];
    state.counters["p99_ms"] = millis[millis.size() * 99 / 100];
    state.counters["max_ms"] = millis.back();
  }
  state.SetItemsProcessed(kPacedCommands);
  fleet.reset();
}

void Register() {
  for (const StoreKind& kind : BenchStores()) {
    for (const auto& [name, act] :
         {std::pair<std::string, Act>("enqueue/", &Fleet::Enqueue), {"send/", &Fleet::Send}}) {
      for (const int callers : {1, 8, 64, 256}) {
        benchmark::RegisterBenchmark((name + kind.name).c_str(), Unpaced, kind, act)
            ->Threads(callers)
            ->UseRealTime()
            ->MeasureProcessCPUTime()
            ->MinTime(3)
            ->Unit(benchmark::kMicrosecond);
      }
    }
    for (const bool pruning : {false, true}) {
      const std::string name = "send_at_1000_per_second/" + kind.name;
      benchmark::RegisterBenchmark((name + (pruning ? "/while_old_ones_go" : "")).c_str(),
                                   SendAtPace, kind, pruning)
          ->Iterations(1)
          ->UseRealTime()
          ->MeasureProcessCPUTime()
          ->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace
}  // namespace edgeplane::storage

int main(int argc, char** argv) {
  edgeplane::ConfigureLog(edgeplane::LogLevel::kWarning, edgeplane::LogFormat::kText);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  edgeplane::storage::Register();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
