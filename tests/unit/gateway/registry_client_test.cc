// The registry's client without a gateway around it.
#include "gateway/registry_client.h"

#include <grpcpp/create_channel.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <optional>
#include <string>

#include "gateway/gateway_metrics.h"
#include "gateway/link_outbox.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/gateway/support/scripted_registry.h"

namespace edgeplane::gateway {
namespace {

class RegistryClientTest : public testing::Test {
 protected:
  NoDecision Sync(RegistryClient& client) {
    std::promise<SyncAnswer> answer;
    client.Sync({"luna1", Secret::CopyOf("secret-of-the-agent"), "127.0.0.1:1"}, {}, kPatience,
                [&](SyncAnswer given) { answer.set_value(std::move(given)); });
    return std::get<NoDecision>(answer.get_future().get());
  }

  SystemClock clock_;
  MetricsRegistry pages_;
  GatewayMetrics metrics_{pages_};
};

TEST_F(RegistryClientTest, ACallThatNeverLeftHasDoneNothing) {
  TemporaryDirectory directory;
  const std::string nobody = "unix:" + (directory.path() / "nobody").string();
  // Never given back: gRPC 1.51 now and then aborts where a channel that is about to
  // connect again goes together with the process.
  static const auto* const channel = new std::shared_ptr<grpc::Channel>(
      grpc::CreateChannel(nobody, grpc::InsecureChannelCredentials()));
  RegistryClient client("gateway-1", {[] { return *channel; }}, clock_, metrics_);
  const NoDecision none = Sync(client);
  EXPECT_EQ(none.reason, v1::REGISTRY_UNAVAILABLE);
  EXPECT_FALSE(none.may_have_acted) << none.detail;
}

// As many as a fleet fails with while there is no registry: sessions are still
// heard.
TEST_F(RegistryClientTest, UnansweredSyncsLeaveRoomForWhatMustBeTold) {
  ScriptedRegistry registry;
  registry.BreakLink(/*refuse_new=*/true);
  RegistryClient client("gateway-1", {registry.dialer()}, clock_, metrics_);
  client.Start();
  for (size_t i = 0; i < LinkOutbox::kReportsMax; ++i) client.SyncUnanswered("luna1", "a sync");
  EXPECT_FALSE(client.Congested());
  EXPECT_NE(pages_.Render().find("edgeplane_reports_dropped_total{kind=\"sync_unanswered\"} 32767"),
            std::string::npos);
}

// Nothing of a call is left once the client has stopped: what it captured may be
// gone by then.
TEST_F(RegistryClientTest, ACallIsOverWhenNothingOfItIsLeft) {
  ScriptedRegistry registry;
  for (int i = 0; i < 300; ++i) {
    RegistryClient client("gateway-1", {registry.dialer()}, clock_, metrics_);
    auto captured = std::make_shared<std::string>(1024, 'x');
    const std::weak_ptr<std::string> left = captured;
    client.Acknowledge({"luna1", Secret::CopyOf("secret-of-the-agent"), "127.0.0.1:1"}, {},
                       kPatience, [captured](const AcknowledgeAnswer&) {});
    captured.reset();
    static_cast<void>(client.Stop(Duration(0)));
    ASSERT_TRUE(left.expired()) << i;
  }
}

}  // namespace
}  // namespace edgeplane::gateway
