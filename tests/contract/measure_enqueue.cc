// Measures durable enqueues a second into a SQLite store in DIRECTORY, with 1,
// 32 and 64 callers: the median of five runs each.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "base/uuid.h"
#include "storage/sqlite/sqlite_store.h"

namespace {

using namespace edgeplane;           // NOLINT: a program of one file
using namespace edgeplane::storage;  // NOLINT
using std::chrono::steady_clock;

constexpr auto kRun = std::chrono::seconds(3);
constexpr int kAgents = 500;

std::string AgentId(int number) { return "agent-" + std::to_string(number); }

double RunOnce(Store& store, int threads) {
  std::atomic<int64_t> done = 0;
  const auto begin = steady_clock::now();
  std::vector<std::thread> callers;
  for (int t = 0; t < threads; ++t) {
    callers.emplace_back([&, t] {
      NewCommand command;
      int next = t;
      command.type = "say";
      command.payload_json = R"({"text":")" + std::string(200, 'x') + R"("})";
      while (steady_clock::now() - begin < kRun) {
        const Time now = SystemClock().Now();
        command.agent_id = AgentId(next++ % kAgents);
        command.command_id = NewUuid(now);
        command.idempotency_key = command.command_id;
        command.create_time = now;
        command.expire_time = now + std::chrono::hours(1);
        const Result<Enqueued> made = store.EnqueueCommand(command, 1000);
        if (!made.ok()) {
          std::fprintf(stderr, "%s\n", made.error().message.c_str());
          return;
        }
        ++done;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  const std::chrono::duration<double> took = steady_clock::now() - begin;
  return static_cast<double>(done) / took.count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: measure_enqueue DIRECTORY\n");
    return 2;
  }
  for (const int threads : {1, 32, 64}) {
    std::vector<double> rates;
    for (int run = 0; run < 5; ++run) {
      SqliteSettings settings;
      settings.path = std::string(argv[1]) + "/measure-" + std::to_string(threads) + "-" +
                      std::to_string(run) + ".db";
      auto store = SqliteStore::Open(settings, nullptr);
      if (!store.ok()) {
        std::fprintf(stderr, "%s\n", store.error().message.c_str());
        return 1;
      }
      for (int i = 0; i < kAgents; ++i) {
        Agent agent;
        agent.agent_id = AgentId(i);
        if (!(*store)->CreateAgent(agent, std::nullopt).ok()) return 1;
      }
      rates.push_back(RunOnce(**store, threads));
    }
    std::sort(rates.begin(), rates.end());
    std::printf("%2d threads: median %.0f enqueues/s (%.0f..%.0f)\n", threads,
                rates[rates.size() / 2], rates.front(), rates.back());
  }
  return 0;
}
