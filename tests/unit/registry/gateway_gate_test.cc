#include "services/registry/gateway_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace edgeplane::registry {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(GatewayGate, LetsManyInAndNobodyWhileClosed) {
  const auto gate = std::make_shared<GatewayGate>();
  {
    const auto a = gate->Enter();
    const auto b = gate->Enter();
    EXPECT_TRUE(a && b);
    EXPECT_FALSE(gate->Close(milliseconds(0)));
    EXPECT_TRUE(gate->Enter()) << "a closure that was not reached leaves it open";
  }
  {
    const auto closure = gate->Close(milliseconds(0));
    ASSERT_TRUE(closure);
    EXPECT_FALSE(gate->Enter());
    EXPECT_FALSE(gate->Close(milliseconds(0)));
  }
  EXPECT_TRUE(gate->Enter());
}

TEST(GatewayGate, OutlivesItsOwnerWhileSomebodyIsInside) {
  auto gate = std::make_shared<GatewayGate>();
  const auto pass = gate->Enter();
  gate.reset();
}

TEST(GatewayGate, WhoClosesItIsAlone) {
  const auto gate = std::make_shared<GatewayGate>();
  std::atomic<int> inside = 0;
  std::atomic<int> wrong = 0;
  std::atomic<bool> stop = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (!stop) {
        if (const auto pass = gate->Enter(seconds(30))) {
          ++inside;
          --inside;
        }
      }
    });
  }
  for (int i = 0; i < 500; ++i) {
    const auto closure = gate->Close(seconds(30));
    ASSERT_TRUE(closure);
    if (inside != 0) ++wrong;
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace edgeplane::registry
