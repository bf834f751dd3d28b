// What a store does on this machine's disk: durable commands a second and CPU for
// each, by the number of callers at once, and how long a command takes where 1 000
// come a second. `make bench-store` runs it, on
// the disk of TMPDIR.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "base/uuid.h"
#include "tests/bench/bench_stores.h"

namespace edgeplane::storage {
namespace {

using std::chrono::steady_clock;

constexpr int kAgents = 500;
constexpr int64_t kUnfinishedMax = 10'000'000;
constexpr int kPacedCallers = 64;
constexpr auto kPace = std::chrono::milliseconds(1);  // 1 000 a second
constexpr int kPacedCommands = 5000;

std::string AgentId(int64_t number) { return "agent-" + std::to_string(number % kAgents); }

// One store, with agents, for the time of one measurement.
class Fleet {
 public:
  explicit Fleet(const StoreKind& kind) : store_(kind.make()) {
    for (int i = 0; i < kAgents; ++i) {
      Agent agent;
      agent.agent_id = AgentId(i);
      if (!store_->get().CreateAgent(agent, std::nullopt).ok()) std::abort();
    }
  }

  // False, and `why`, where it failed.
  bool Enqueue(int64_t number, std::string& why) {
    static const std::string payload = R"({"text":")" + std::string(200, 'x') + R"("})";
    NewCommand command;
    command.agent_id = AgentId(number);
    command.type = "say";
    command.payload_json = payload;
    command.create_time = SystemClock().Now();
    command.command_id = NewUuid(command.create_time);
    command.idempotency_key = command.command_id;
    command.expire_time = command.create_time + std::chrono::hours(1);
    const Result<Enqueued> made = store_->get().EnqueueCommand(command, kUnfinishedMax);
    if (!made.ok()) why = made.error().message;
    return made.ok();
  }

 private:
  std::unique_ptr<BenchStore> store_;
};

std::unique_ptr<Fleet> fleet;  // of the measurement that is under way

void Enqueue(benchmark::State& state, const StoreKind& kind) {
  if (state.thread_index() == 0) fleet = std::make_unique<Fleet>(kind);
  int64_t number = state.thread_index();
  for ([[maybe_unused]] auto _ : state) {
    std::string why;
    if (!fleet->Enqueue(number, why)) return state.SkipWithError(why.c_str());
    number += state.threads();
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) fleet.reset();
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
        if (!fleet->Enqueue(n, error) && !failed.exchange(true)) why = error;
        millis[n] = std::chrono::duration<double, std::milli>(steady_clock::now() - due).count();
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  return millis;
}

void EnqueueAtPace(benchmark::State& state, const StoreKind& kind) {
  fleet = std::make_unique<Fleet>(kind);
  for ([[maybe_unused]] auto _ : state) {
    std::string why;
    std::vector<double> millis = PacedMillis(why);
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
    for (const int callers : {1, 8, 64, 256}) {
      benchmark::RegisterBenchmark(("enqueue/" + kind.name).c_str(), Enqueue, kind)
          ->Threads(callers)
          ->UseRealTime()
          ->MeasureProcessCPUTime()
          ->MinTime(3)
          ->Unit(benchmark::kMicrosecond);
    }
    benchmark::RegisterBenchmark(("enqueue_at_1000_per_second/" + kind.name).c_str(), EnqueueAtPace,
                                 kind)
        ->Iterations(1)
        ->UseRealTime()
        ->MeasureProcessCPUTime()
        ->Unit(benchmark::kMillisecond);
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
