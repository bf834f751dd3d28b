// What the protocol promises, with everything going on at once and anything
// breaking: no command is lost, and none that may go out once goes out twice.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/registry/model_gateway.h"

namespace edgeplane::registry {
namespace {

constexpr int kGateways = 3;
constexpr int kAgentsPerGateway = 4;
constexpr int kCommands = 600;
constexpr std::chrono::seconds kPatience{60};  // far beyond what it takes

class DeliveryModel : public testing::TestWithParam<uint64_t> {
 protected:
  static RegistrySettings Settings() {
    RegistrySettings settings;
    settings.registry_workers = 6;
    settings.sweep_interval = std::chrono::milliseconds(1);
    settings.delivery_window = 4;
    settings.sync_commands_max = 3;
    // The clock moves by a microsecond now and then.
    settings.sync_redelivery_after = Duration(200);
    return settings;
  }
  DeliveryModel() : h_(Settings()) {
    for (int g = 0; g < kGateways; ++g) {
      std::vector<std::string> agents;
      for (int a = 0; a < kAgentsPerGateway; ++a) {
        agents.push_back("g" + std::to_string(g) + "a" + std::to_string(a));
        h_.AddAgent(agents.back());
      }
      agents_.insert(agents_.end(), agents.begin(), agents.end());
      gateways_.push_back(
          std::make_unique<ModelGateway>(h_, "g" + std::to_string(g), agents, GetParam() * 10 + g));
    }
  }

  // Sends everything, with a store that fails now and then.
  void Send() {
    std::mt19937_64 random(GetParam());
    for (int i = 0; i < kCommands; ++i) {
      const std::string& agent = agents_[random() % agents_.size()];
      storage::NewCommand command;
      command.command_id = NewUuid(h_.clock.Now());
      command.agent_id = agent;
      command.type = "print";
      command.payload_json = "{}";
      command.max_deliveries = i % 3 == 0 ? 1 : 0;
      command.create_time = h_.clock.Now();
      command.expire_time = h_.clock.Now() + std::chrono::hours(1);
      command.idempotency_key = command.command_id;
      while (!h_.store.EnqueueCommand(command, kCommands).ok()) std::this_thread::yield();
      h_.control.CommandQueued(agent);
      if (i % 20 == 7) {
        h_.store.FailOperation(1 + static_cast<int64_t>(random() % 10),
                               MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
      }
      if (i % 20 == 17) h_.store.DoubtOperation(1 + static_cast<int64_t>(random() % 10));
      std::this_thread::yield();
    }
    sent_ = true;
  }

  bool AllFinal() {
    const auto counts = h_.store.CountCommands();
    if (!counts.ok()) return false;
    int64_t final_count = 0;
    for (const storage::StateCount& row : *counts) {
      if (storage::IsFinal(row.state)) final_count += row.count;
    }
    return final_count == kCommands;
  }

  // One final state, and each acknowledgement by name once.
  static void ExpectOneEnd(const storage::Command& command) {
    std::set<std::string> named;
    std::optional<storage::CommandState> end;
    for (const storage::CommandStep& step : command.history) {
      if (end) {
        EXPECT_EQ(step.state, *end);
      }
      if (storage::IsFinal(step.state)) end = step.state;
      if (step.detail.starts_with("http ")) {
        EXPECT_TRUE(named.insert(step.detail).second) << step.detail;
      }
    }
    EXPECT_EQ(end, command.state);
  }

  // What hangs, and where.
  std::string Unfinished() {
    std::string text;
    const auto all = h_.store.ListCommands({}, {.size = 1000, .from = {}});
    for (const storage::Command& command : all->items) {
      if (storage::IsFinal(command.state)) continue;
      const auto agent = h_.store.GetAgent(command.agent_id);
      const auto live = h_.directory.Find(command.agent_id);
      text += command.agent_id + " " + std::string(storage::StateName(command.state)) +
              ", session in the store " +
              (agent->session ? agent->session->session_id : std::string("none")) +
              ", in the directory " + (live ? live->fence.session_id : std::string("none")) +
              ", room " + std::to_string(live ? live->room.count : 0) + "\n";
    }
    return text;
  }

  RegistryHarness h_;
  std::vector<std::string> agents_;
  std::vector<std::unique_ptr<ModelGateway>> gateways_;
  std::atomic<bool> sent_ = false;
};

TEST_P(DeliveryModel, LosesNothingAndDoublesNothing) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  h_.sweeper.Start();
  std::thread sender([this] { Send(); });
  std::atomic<bool> finished = false;
  std::vector<std::thread> threads;
  for (const auto& gateway : gateways_) {
    threads.emplace_back([&, model = gateway.get()] {
      while (!finished) model->Step(/*calm=*/sent_);
    });
  }
  sender.join();
  while (!(finished = AllFinal() || std::chrono::steady_clock::now() > deadline)) {
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  h_.sweeper.Stop();
  if (!AllFinal()) FAIL() << Unfinished();

  std::map<std::string, int> executed;
  for (const auto& gateway : gateways_) {
    for (const auto& [id, count] : gateway->executed()) executed[id] += count;
  }
  const auto all = h_.store.ListCommands({}, {.size = 1000, .from = {}});
  ASSERT_TRUE(all.ok());
  for (const storage::Command& command : all->items) {
    const int count = executed[command.command_id];
    if (command.max_deliveries == 1) {
      EXPECT_LE(count, 1) << "asked for twice what may be asked for once";
    } else {
      EXPECT_EQ(command.state, storage::CommandState::kCompleted);
    }
    if (command.state == storage::CommandState::kCompleted) {
      EXPECT_GE(count, 1);
    }
    ExpectOneEnd(*h_.store.GetCommand(command.command_id));
  }
  gateways_.clear();
}

INSTANTIATE_TEST_SUITE_P(Seeds, DeliveryModel, testing::Range<uint64_t>(1, 7));

}  // namespace
}  // namespace edgeplane::registry
