// Measures durable enqueues: how many a second with several numbers of callers (the
// median of some runs), and how long each takes at a rate below that.
//
//   measure_enqueue sqlite     into a file in a temporary directory
//   measure_enqueue postgres   into a server of its own, with fsync
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/uuid.h"
#include "storage/postgres/connector.h"
#include "storage/postgres/postgres_store.h"
#include "storage/sqlite/sqlite_store.h"
#include "tests/support/postgres_cluster.h"
#include "tests/support/temporary_directory.h"

namespace {

using namespace edgeplane;           // NOLINT: a program of one file
using namespace edgeplane::storage;  // NOLINT
using std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr auto kRun = std::chrono::seconds(4);
constexpr int kRuns = 3;
constexpr int kAgents = 1000;

std::string AgentId(int number) { return "agent-" + std::to_string(number); }

NewCommand CommandTo(int agent) {
  const Time now = SystemClock().Now();
  NewCommand command;
  command.type = "say";
  command.payload_json = R"({"text":")" + std::string(200, 'x') + R"("})";
  command.agent_id = AgentId(agent % kAgents);
  command.command_id = NewUuid(now);
  command.idempotency_key = command.command_id;
  command.create_time = now;
  command.expire_time = now + std::chrono::hours(1);
  return command;
}

// Milliseconds that each enqueue took. Each caller begins one every `interval`, or
// at once when the one before is done.
std::vector<double> Run(Store& store, int threads, Duration interval) {
  std::vector<std::vector<double>> took(static_cast<size_t>(threads));
  std::vector<std::thread> callers;
  const auto begin = steady_clock::now();
  for (int t = 0; t < threads; ++t) {
    callers.emplace_back([&, t] {
      auto turn = begin + interval * t / threads;
      for (int next = t; steady_clock::now() - begin < kRun; next += threads) {
        if (interval.count() > 0) postgres::WaitUntil(turn);
        const auto start = steady_clock::now();
        const Result<Enqueued> made = store.EnqueueCommand(CommandTo(next), 1'000'000);
        if (!made.ok()) std::fprintf(stderr, "%s\n", made.error().message.c_str());
        took[static_cast<size_t>(t)].push_back(Milliseconds(steady_clock::now() - start).count());
        turn += interval;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  std::vector<double> all;
  for (const auto& each : took) all.insert(all.end(), each.begin(), each.end());
  std::sort(all.begin(), all.end());
  return all;
}

double Percentile(const std::vector<double>& sorted, double part) {
  return sorted.at(static_cast<size_t>(static_cast<double>(sorted.size() - 1) * part));
}

void Measure(Store& store, const std::vector<int>& callers) {
  for (int i = 0; i < kAgents; ++i) {
    Agent agent;
    agent.agent_id = AgentId(i);
    if (!store.CreateAgent(agent, std::nullopt).ok()) return;
  }
  const double seconds = std::chrono::duration<double>(kRun).count();
  // 64 callers, each every 64 ms.
  const std::vector<double> paced = Run(store, 64, std::chrono::milliseconds(64));
  std::printf("at %5.0f/s: p50 %.1f ms, p99 %.1f ms, max %.1f ms\n",
              static_cast<double>(paced.size()) / seconds, Percentile(paced, 0.5),
              Percentile(paced, 0.99), paced.back());
  for (const int threads : callers) {
    std::vector<double> rates;
    std::vector<double> took;
    for (int run = 0; run < kRuns; ++run) {
      took = Run(store, threads, Duration(0));
      rates.push_back(static_cast<double>(took.size()) / seconds);
    }
    std::sort(rates.begin(), rates.end());
    std::printf("%3d callers: median %5.0f/s (%.0f..%.0f), last run p50 %.1f ms, p99 %.1f ms\n",
                threads, rates[kRuns / 2], rates.front(), rates.back(), Percentile(took, 0.5),
                Percentile(took, 0.99));
  }
}

template <class Opened>
int MeasureOpened(const Opened& store, const std::vector<int>& callers) {
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", store.error().message.c_str());
    return 1;
  }
  Measure(**store, callers);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<int> callers = {1, 8, 32, 64, 256};
  if (argc > 3) callers = {std::atoi(argv[3])};
  if (argc >= 2 && std::strcmp(argv[1], "sqlite") == 0) {
    const TemporaryDirectory directory;
    SqliteSettings settings;
    settings.path = (directory.path() / "edgeplane.db").string();
    return MeasureOpened(SqliteStore::Open(settings, nullptr), callers);
  }
  if (argc >= 2 && std::strcmp(argv[1], "postgres") == 0) {
    PostgresCluster cluster(PostgresCluster::Durability::kOn);
    PostgresSettings settings;
    settings.connection = Secret(cluster.NewSchema());
    if (argc > 2) settings.writers = static_cast<size_t>(std::atoi(argv[2]));
    return MeasureOpened(PostgresStore::Open(settings, nullptr), callers);
  }
  std::fprintf(stderr, "usage: measure_enqueue sqlite | postgres [WRITERS [CALLERS]]\n");
  return 2;
}
