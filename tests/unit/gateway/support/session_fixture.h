// One agent with an open session at a gateway of its own.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "tests/unit/gateway/support/agent_client.h"
#include "tests/unit/gateway/support/running_gateway.h"
#include "tests/unit/gateway/support/session_messages.h"

namespace edgeplane::gateway {

class OpenSessionTest : public testing::Test {
 protected:
  void Start(const RunningGateway::Adjust& adjust = {}, bool small_receive_buffer = false) {
    gateway_.emplace(adjust);
    Connect(small_receive_buffer);
  }
  // Also anew.
  void Connect(bool small_receive_buffer = false) {
    agent_.emplace(gateway_->port(), small_receive_buffer);
    ASSERT_EQ(agent_->Upgrade("luna1"), 101);
    ASSERT_TRUE(registry().Await(IsOpened));
  }
  ScriptedRegistry& registry() { return gateway_->registry(); }

  std::optional<RunningGateway> gateway_;
  std::optional<AgentClient> agent_;
};

}  // namespace edgeplane::gateway
