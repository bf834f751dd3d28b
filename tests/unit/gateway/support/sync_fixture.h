// What tests of POST /edge/sync share.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "tests/unit/gateway/support/http_client.h"
#include "tests/unit/gateway/support/running_gateway.h"
#include "tests/unit/gateway/support/session_messages.h"

namespace edgeplane::gateway {

inline bool IsRefusal(const v1::GatewayMessage& message) { return message.has_refusal(); }
inline bool IsUnanswered(const v1::GatewayMessage& message) {
  return message.has_sync_unanswered();
}

inline v1::SyncResponse WithCommands(int count, size_t payload_bytes = 0) {
  v1::SyncResponse response;
  for (int i = 1; i <= count; ++i) {
    *response.mutable_result()->add_commands() = Command("luna1", i, payload_bytes);
  }
  return response;
}

class HttpSyncTest : public testing::Test {
 protected:
  void Start(const RunningGateway::Adjust& adjust = {}) {
    gateway_.emplace(adjust);
    client_.emplace(gateway_->port());
  }
  ScriptedRegistry& registry() { return gateway_->registry(); }
  void Answer(const v1::SyncResponse& response) {
    registry().OnSync([response](const auto&) { return response; });
  }
  void ExpectRefused(const HttpAnswer& answer, int status, v1::Reason reason) {
    EXPECT_EQ(answer.status, status);
    const auto refusal = registry().Await(
        [&](const auto& m) { return m.has_refusal() && m.refusal().reason() == reason; });
    ASSERT_TRUE(refusal) << v1::Reason_Name(reason);
    EXPECT_EQ(refusal->refusal().refusal_id(), answer.header("X-Refusal-Id"));
    EXPECT_EQ(refusal->refusal().presented().path(), "/edge/sync");
    EXPECT_EQ(refusal->refusal().DebugString().find("secret-of-the-agent"), std::string::npos);
  }

  // Reports arrive in order: what is to be said of a sync that is over has been
  // said before a refusal that comes after it.
  void ExpectNoneUnanswered() {
    HttpClient other(gateway_->port());
    EXPECT_EQ(other.Call("GET", "/elsewhere", {}).status, 404);
    ASSERT_TRUE(registry().Await(
        [](const auto& m) { return m.has_refusal() && m.refusal().reason() == v1::PATH_UNKNOWN; }));
    EXPECT_EQ(registry().Count(IsUnanswered), 0U);
  }

  std::optional<RunningGateway> gateway_;
  std::optional<HttpClient> client_;
};

}  // namespace edgeplane::gateway
