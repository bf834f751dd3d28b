#include "tests/contract/store_contract.h"

namespace edgeplane::storage {
namespace {

class ConfigContract : public StoreContract {
 protected:
  DesiredConfig Set(const std::string& json, bool resend = false, Time now = After(1)) {
    Result<DesiredConfig> config = store().SetDesiredConfig("a", json, resend, now);
    EXPECT_TRUE(config.ok());
    return config.ok() ? *config : DesiredConfig{};
  }
  DesiredConfig Config() {
    Result<DesiredConfig> config = store().GetDesiredConfig("a");
    EXPECT_TRUE(config.ok());
    return config.ok() ? *config : DesiredConfig{};
  }
  // The version on offer; 0: none.
  int64_t Offered(const Fence& fence) {
    const auto offer = store().OfferConfig(fence, 0);
    EXPECT_TRUE(offer.ok());
    return offer.ok() && *offer ? (*offer)->version : 0;
  }
  int64_t Synced(int sync) {
    const SyncOutcome outcome = Sync(SyncBy("a", sync));
    return outcome.config ? outcome.config->version : 0;
  }
  bool Deliver(const Fence& fence, int64_t version, Time now = After(3)) {
    return store().ConfigDelivered(fence, version, now).ok();
  }
};

TEST_P(ConfigContract, IsOfAnAgent) {
  EXPECT_EQ(CodeOf(store().GetDesiredConfig("a")), Code::AGENT_NOT_FOUND);
  EXPECT_EQ(CodeOf(store().SetDesiredConfig("a", "{}", false, kStart)), Code::AGENT_NOT_FOUND);
  EXPECT_TRUE(Deliver({"a", Id(1), 1}, 1)) << "gone is no error";
  MakeAgent("a");
  const DesiredConfig config = Config();
  EXPECT_EQ(config.agent_id, "a");
  EXPECT_EQ(config.version, 0);
  EXPECT_EQ(config.config_json, "");
  EXPECT_EQ(config.delivered_version, 0);
  EXPECT_FALSE(config.deliver_time.has_value());
  EXPECT_EQ(GetAgent("a").config_version, 0);
}

TEST_P(ConfigContract, CountsItsChanges) {
  MakeAgent("a");
  DesiredConfig config = Set(R"({"k":1})");
  EXPECT_EQ(config.agent_id, "a");
  EXPECT_EQ(config.version, 1);
  EXPECT_EQ(config.config_json, R"({"k":1})");
  EXPECT_EQ(config.update_time, After(1));

  config = Set(R"({"k":1})", false, After(2));
  EXPECT_EQ(config.version, 1) << "the same again is no change";
  EXPECT_EQ(config.update_time, After(1));
  EXPECT_EQ(Set(R"({"k":2})", false, After(3)).version, 2);
  config = Set(R"({"k":2})", true, After(4));
  EXPECT_EQ(config.version, 3) << "unless it is to be sent again";
  EXPECT_EQ(config.update_time, After(4));
  EXPECT_EQ(Config().version, 3);
  EXPECT_EQ(Config().config_json, R"({"k":2})");
  const Agent agent = GetAgent("a");
  EXPECT_EQ(agent.config_version, 3);
  EXPECT_EQ(agent.delivered_config_version, 0);
  EXPECT_EQ(agent.update_time, kStart);
}

TEST_P(ConfigContract, IsOfferedToTheOpenSessionOnce) {
  MakeAgent("a");
  const Fence fence = Open("a", 1);
  EXPECT_EQ(Offered(fence), 0) << "there is none";
  Set("{}");
  const auto offer = store().OfferConfig(fence, 0);
  ASSERT_TRUE(offer.ok());
  ASSERT_TRUE(offer->has_value());
  EXPECT_EQ((*offer)->config_json, "{}");
  EXPECT_EQ((*offer)->agent_id, "a");
  EXPECT_EQ(Offered(fence), 0);
  EXPECT_EQ(Config().delivered_version, 0) << "an offer is no delivery";
  EXPECT_TRUE(Deliver(fence, 1));
  EXPECT_EQ(Config().delivered_version, 1);
  EXPECT_EQ(Config().deliver_time, After(3));
  EXPECT_EQ(GetAgent("a").delivered_config_version, 1);
  EXPECT_EQ(Offered(fence), 0);
  EXPECT_EQ(Offered(Open("a", 2)), 0) << "it goes out once";
}

TEST_P(ConfigContract, AChangeWaitsForAnOpenOffer) {
  MakeAgent("a");
  const Fence fence = Open("a", 1);
  Set("{}");
  EXPECT_EQ(Offered(fence), 1);
  Set(R"({"k":1})");
  Set(R"({"k":2})");
  EXPECT_EQ(Offered(fence), 0) << "1 is still on its way";
  EXPECT_EQ(Synced(50), 0) << "nor does it come before 1 on the other channel";
  EXPECT_TRUE(Deliver(fence, 1));
  EXPECT_EQ(Config().delivered_version, 1);
  EXPECT_EQ(Offered(fence), 3);
  EXPECT_EQ(Offered(fence), 0);
  EXPECT_TRUE(Deliver(fence, 3, After(4)));
  EXPECT_TRUE(Deliver(fence, 1, After(5))) << "late, and nothing new";
  EXPECT_EQ(Config().delivered_version, 3);
  EXPECT_EQ(Config().deliver_time, After(4));
  EXPECT_TRUE(Deliver(fence, 9)) << "there is no such version";
  EXPECT_EQ(Config().delivered_version, 3);
}

TEST_P(ConfigContract, AnOfferFallsWithItsSession) {
  MakeAgent("a");
  Set("{}");
  const Fence first = Open("a", 1);
  EXPECT_EQ(Offered(first), 1);
  const Fence second = Open("a", 2);
  EXPECT_EQ(CodeOf(store().OfferConfig(first, 0)), Code::SESSION_FENCED);
  EXPECT_EQ(Offered(second), 1);
  ASSERT_TRUE(store().EndSession({second, After(2), {}}).ok());
  EXPECT_EQ(CodeOf(store().OfferConfig(second, 0)), Code::SESSION_FENCED);
  const Fence third = Open("a", 3);
  EXPECT_EQ(Offered(third), 1);
  ASSERT_TRUE(store().ReconcileGateway({"gw"}, {}, After(3)).ok());
  EXPECT_EQ(Offered(Open("a", 4)), 1);
  EXPECT_TRUE(Deliver(second, 1)) << "the session that had it wrote it after all";
  EXPECT_EQ(Config().delivered_version, 1);
}

TEST_P(ConfigContract, ReconcilingDropsAnOfferThatNeverArrived) {
  MakeAgent("a");
  const Fence fence = Open("a", 1);
  Set("{}");
  EXPECT_EQ(Offered(fence), 1);
  HeldSession held{.fence = fence, .unwritten_config_version = 1};
  ASSERT_TRUE(store().ReconcileGateway({"gw"}, {held}, After(2)).ok());
  EXPECT_EQ(Offered(fence), 0) << "the gateway has it";
  held.unwritten_config_version = 0;
  held.unacknowledged_known = false;
  ASSERT_TRUE(store().ReconcileGateway({"gw"}, {held}, After(2)).ok());
  EXPECT_EQ(Offered(fence), 1) << "only the commands are not known";
  held.unacknowledged_known = true;
  ASSERT_TRUE(store().ReconcileGateway({"gw"}, {held}, After(3)).ok());
  EXPECT_EQ(Offered(fence), 1);
  ASSERT_TRUE(Deliver(fence, 1));
  Set(R"({"k":1})");
  EXPECT_EQ(Offered(fence), 2);
  held.unwritten_config_version = 1;
  ASSERT_TRUE(store().ReconcileGateway({"gw"}, {held}, After(4)).ok());
  EXPECT_EQ(Offered(fence), 2) << "the gateway has another";
}

TEST_P(ConfigContract, ASyncHandsItOutOnce) {
  MakeAgent("a");
  EXPECT_EQ(Synced(50), 0);
  Set("{}");
  const SyncOutcome outcome = Sync(SyncBy("a", 51));
  ASSERT_TRUE(outcome.config.has_value());
  EXPECT_EQ(outcome.config->agent_id, "a");
  EXPECT_EQ(outcome.config->config_json, "{}");
  EXPECT_EQ(Config().delivered_version, 1);
  EXPECT_EQ(Config().deliver_time, After(2));
  EXPECT_EQ(GetAgent("a").delivered_config_version, 1);
  EXPECT_EQ(Synced(52), 0);
  EXPECT_EQ(Offered(Open("a", 1)), 0);
  Set("{}", true);
  EXPECT_EQ(Synced(53), 2);
}

TEST_P(ConfigContract, ASyncLeavesWhatIsOnOffer) {
  MakeAgent("a");
  Set("{}");
  const Fence fence = Open("a", 1);
  EXPECT_EQ(Offered(fence), 1);
  EXPECT_EQ(Synced(50), 0);
  ASSERT_TRUE(store().EndSession({fence, After(3), {}}).ok());
  EXPECT_EQ(Synced(51), 1);
  EXPECT_TRUE(Deliver(fence, 1)) << "late";
  EXPECT_EQ(Synced(52), 0);
}

TEST_P(ConfigContract, AnUnansweredSyncGivesItBack) {
  MakeAgent("a");
  Set("{}");
  EXPECT_EQ(Synced(50), 1);
  Set(R"({"k":1})");
  SyncRequest later = SyncBy("a", 51);
  later.now = After(4);
  EXPECT_TRUE(Sync(later).config.has_value());
  EXPECT_EQ(Config().deliver_time, After(4));
  const auto returned = [&](int sync) {
    const auto answer = store().ReturnSync("a", Id(sync), After(5));
    EXPECT_TRUE(answer.ok());
    return answer.ok() && answer->config;
  };
  EXPECT_FALSE(returned(50));
  EXPECT_EQ(Config().delivered_version, 2) << "51 has delivered a later one";
  EXPECT_TRUE(returned(51));
  EXPECT_EQ(Config().delivered_version, 1);
  EXPECT_EQ(Config().deliver_time, After(2));
  EXPECT_EQ(GetAgent("a").delivered_config_version, 1);
  EXPECT_EQ(Synced(52), 2);
  EXPECT_EQ(Synced(53), 0);
  EXPECT_FALSE(returned(51)) << "once more, too late";
  EXPECT_EQ(Config().delivered_version, 2);
}

TEST_P(ConfigContract, GoesWithItsAgent) {
  MakeAgent("a");
  Set("{}");
  EXPECT_EQ(Synced(50), 1);
  ASSERT_TRUE(store().DeleteAgent("a", After(5)).ok());
  MakeAgent("a");
  EXPECT_EQ(Config().version, 0);
  EXPECT_EQ(Set("{}").version, 1);
  EXPECT_EQ(Synced(51), 1);
}

EDGEPLANE_FOR_ALL_STORES(ConfigContract);

}  // namespace
}  // namespace edgeplane::storage
