// A gateway that has two registries to go to.
#include <grpcpp/channel.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <vector>

#include "gateway/gateway_metrics.h"
#include "gateway/registry_client.h"
#include "tests/unit/gateway/support/scripted_registry.h"
#include "tests/unit/gateway/support/session_messages.h"

namespace edgeplane::gateway {
namespace {

bool IsUnanswered(const v1::GatewayMessage& message) { return message.has_sync_unanswered(); }

class RegistriesTest : public testing::Test {
 protected:
  void Start() {
    client_.Start();
    ASSERT_TRUE(client_.WaitUntilLinked(kPatience));
  }
  void Sync() {
    std::promise<SyncAnswer> answer;
    client_.Sync({"luna1", Secret::CopyOf("secret-of-the-agent"), "127.0.0.1:1"}, {}, kPatience,
                 [&](SyncAnswer given) { answer.set_value(std::move(given)); });
    EXPECT_TRUE(std::holds_alternative<v1::SyncResponse::Result>(answer.get_future().get()));
  }

  SystemClock clock_;
  MetricsRegistry pages_;
  GatewayMetrics metrics_{pages_};
  ScriptedRegistry one_;
  ScriptedRegistry two_;
  RegistryClient client_{"gateway-1", {one_.dialer(), two_.dialer()}, clock_, metrics_};
};

TEST_F(RegistriesTest, TheFirstIsTriedFirstAndHasAll) {
  Start();
  Sync();
  EXPECT_EQ(one_.syncs().size(), 1U);
  EXPECT_EQ(two_.Count(IsHello), 0U);
}

TEST_F(RegistriesTest, ALinkThatEndsLeadsToTheNextAndCallsGoWhereTheLinkIs) {
  Start();
  one_.BreakLink();
  ASSERT_TRUE(two_.Await(IsHello));
  ASSERT_TRUE(client_.WaitUntilLinked(kPatience));
  Sync();
  EXPECT_EQ(one_.syncs().size(), 0U);
  EXPECT_EQ(two_.syncs().size(), 1U);
  two_.BreakLink();
  EXPECT_TRUE(one_.AwaitCount(IsHello, 2));
}

// As behind a name with three registries, where each connection gets to the next one.
TEST_F(RegistriesTest, EachLinkIsOverAChannelOfItsOwn) {
  ScriptedRegistry three;
  const std::vector<ScriptedRegistry*> behind{&one_, &two_, &three};
  size_t connections = 0;
  const RegistryDialer name = [&] { return behind[connections++ % 3]->channel(); };
  RegistryClient client("gateway-2", {name, name}, clock_, metrics_);
  client.Start();
  for (size_t i = 0; i < 5; ++i) {
    ASSERT_TRUE(behind[i % 3]->AwaitCount(IsHello, i / 3 + 1)) << i;
    behind[i % 3]->BreakLink();
  }
}

// It keeps the channel that it began on, and nothing else does for long.
TEST_F(RegistriesTest, ACallEndsWhereItBeganThoughTheLinkHasMoved) {
  std::promise<void> may_answer;
  one_.Decide([answer = may_answer.get_future().share()](const auto&) {
    answer.wait();
    return ScriptedRegistry::Refused(v1::AGENT_DISABLED);
  });
  two_.GrantLease(std::chrono::seconds(8));
  std::weak_ptr<grpc::Channel> first;
  const RegistryDialer dial_first = [&, dialed = 0]() mutable {
    const auto channel = one_.channel();
    if (dialed++ == 0) first = channel;
    return channel;
  };
  std::promise<AdmitAnswer> answer;
  RegistryClient client("gateway-2", {dial_first, two_.dialer()}, clock_, metrics_);
  client.Start();
  ASSERT_TRUE(client.WaitUntilLinked(kPatience));
  client.Admit({"luna1", Secret::CopyOf("secret-of-the-agent"), "127.0.0.1:1"}, kPatience,
               [&](AdmitAnswer given) { answer.set_value(std::move(given)); });
  EXPECT_TRUE(one_.AwaitAdmits(1));
  one_.BreakLink();
  EXPECT_TRUE(two_.Await(IsRenewal));
  EXPECT_FALSE(first.expired());
  may_answer.set_value();
  EXPECT_TRUE(std::holds_alternative<v1::RefusedAttempt>(answer.get_future().get()));
  // It looks for what is no longer used whenever it has asked for the lease.
  EXPECT_TRUE(two_.AwaitCount(IsRenewal, two_.Count(IsRenewal) + 2));
  EXPECT_TRUE(first.expired());
}

TEST_F(RegistriesTest, OneThatTakesNoLinkIsPassedOver) {
  one_.BreakLink(/*refuse_new=*/true);
  Start();
  EXPECT_TRUE(two_.Await(IsHello));
}

TEST_F(RegistriesTest, OneThatDoesNotAnswerIsPassedOver) {
  one_.Welcome(false);
  Start();
  EXPECT_TRUE(one_.Await(IsHello));
  EXPECT_TRUE(two_.Await(IsHello));
}

// As with one that has lost the store, while its process and its line are well.
TEST_F(RegistriesTest, OneThatDoesNotRenewTheLeaseIsLeftBeforeItIsLost) {
  one_.GrantLease(std::chrono::seconds(8));
  two_.GrantLease(std::chrono::hours(1));
  one_.Renew(false);
  Start();
  ASSERT_TRUE(two_.Await(IsHello));
  ASSERT_TRUE(client_.WaitUntilLinked(kPatience));
  EXPECT_GT(one_.Count(IsRenewal), 0U);
  EXPECT_TRUE(client_.holds());
  EXPECT_EQ(client_.lease_losses(), 0);
}

// While all of them are slow, going from one to the next makes it worse.
TEST_F(RegistriesTest, NotOneAfterTheOtherIsLeftWhileThereIsALeaseToLose) {
  for (ScriptedRegistry* each : {&one_, &two_}) {
    each->GrantLease(std::chrono::seconds(6));
    each->Renew(false);
  }
  Start();
  // The first is left when the second renewal is due; the other one only when the lease
  // is lost and another registry may be as good.
  ASSERT_TRUE(one_.AwaitCount(IsHello, 2));
  EXPECT_EQ(one_.OnLink(0).size(), 2U) << "Hello and a renewal";
  EXPECT_GE(two_.Count(IsRenewal), 2U);
}

// An answer that comes late each time keeps the lease, and the next one is no better.
TEST_F(RegistriesTest, WhereAllRenewLateTheSecondIsHeldOnTo) {
  for (ScriptedRegistry* each : {&one_, &two_}) {
    each->GrantLease(std::chrono::seconds(8));
    each->RenewLate();
  }
  Start();
  ASSERT_TRUE(two_.AwaitCount(IsRenewal, 3));
  EXPECT_EQ(one_.Count(IsHello), 1U);
  EXPECT_EQ(two_.Count(IsHello), 1U);
  EXPECT_EQ(client_.lease_losses(), 0);
}

// What has not been told may still be, by whichever registry comes first.
TEST_F(RegistriesTest, TheEndWaitsForALinkWhereSomethingIsLeftToTell) {
  Start();
  one_.BreakLink(/*refuse_new=*/true);
  client_.SyncUnanswered("luna1", "a sync");
  EXPECT_TRUE(client_.Stop(std::chrono::duration_cast<Duration>(kPatience)));
  EXPECT_EQ(one_.Count(IsUnanswered) + two_.Count(IsUnanswered), 1U);
}

TEST_F(RegistriesTest, TheOnlyOneIsHeldOnTo) {
  one_.GrantLease(std::chrono::seconds(1));
  one_.Renew(false);
  RegistryClient alone("gateway-2", {one_.dialer()}, clock_, metrics_);
  alone.Start();
  // The lease is over with the fourth.
  ASSERT_TRUE(one_.AwaitCount(IsRenewal, 4));
  EXPECT_EQ(one_.Count(IsHello), 1U);
  EXPECT_TRUE(alone.linked());
}

}  // namespace
}  // namespace edgeplane::gateway
