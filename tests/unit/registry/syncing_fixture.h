// Agents "a" and "b", and the syncs of "a".
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "services/registry/syncer.h"
#include "tests/unit/registry/polling_requests.h"

namespace edgeplane::registry {

class SyncingTest : public testing::Test {
 protected:
  explicit SyncingTest(const RegistrySettings& settings = HarnessSettings()) : h_(settings) {
    h_.AddAgent("a");
    h_.AddAgent("b");
  }
  const v1::SyncResponse& Sync(const v1::SyncRequest& request,
                               const Abandoned& abandoned = NeverAbandoned) {
    response_.Clear();
    status_ = h_.syncer.Sync(request, response_, abandoned);
    return response_;
  }
  const v1::SyncResponse& Sync(const std::string& last_command_id = "") {
    return Sync(SyncOf("a", h_.clock.Now(), last_command_id));
  }
  bool Shows(const std::string& line) {
    return h_.metrics_registry.Render().find(line + "\n") != std::string::npos;
  }

  RegistryHarness h_;
  v1::SyncResponse response_;
  Status status_;
};

}  // namespace edgeplane::registry
