// A registry with the agents "a" and "b", and a gateway's link to it.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/unit/registry/registry_harness.h"

namespace edgeplane::registry {

class LinkTest : public testing::Test {
 protected:
  LinkTest() {
    h_.AddAgent("a");
    h_.AddAgent("b");
  }
  // "a" connected over a link, and what was sent so far taken.
  void Connect() {
    gateway_ = h_.JoinedLink();
    fence_ = h_.OpenSession("a");
    Say(RegistryHarness::OpenedOf(1, fence_));
    gateway_.outlet->Take();
  }
  bool Say(v1::GatewayMessage message) {
    const bool more = gateway_.link->Receive(std::move(message));
    h_.Settle();
    return more;
  }
  std::string Deliver(int32_t max_deliveries = 0) {
    const std::string id = h_.Enqueue("a", max_deliveries);
    h_.control.CommandQueued("a");
    h_.Settle();
    return id;
  }

  RegistryHarness h_;
  LinkedGatewayUnderTest gateway_;
  storage::Fence fence_;
};

}  // namespace edgeplane::registry
