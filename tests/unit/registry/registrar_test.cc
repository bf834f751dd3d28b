#include "services/registry/registrar.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "base/crypto.h"
#include "tests/unit/registry/polling_requests.h"

namespace edgeplane::registry {
namespace {

const std::string kToken = "ejt_" + std::string(64, '7');

class RegistrarTest : public testing::Test {
 protected:
  void AddToken(
      const std::function<void(storage::JoinToken&)>& change = [](auto&) {},
      const std::string& text = kToken) {
    storage::JoinToken token;
    token.join_token_id = NewUuid(h_.clock.Now());
    token.sha256 = Sha256(text);
    token.create_time = h_.clock.Now();
    token.expire_time = h_.clock.Now() + std::chrono::hours(1);
    change(token);
    ASSERT_TRUE(h_.store.CreateJoinToken(token).ok());
    token_id_ = token.join_token_id;
  }
  static v1::RegisterRequest Request(const std::string& phone = "+15551234568",
                                     bool issue_secret = false) {
    v1::RegisterRequest request;
    request.set_gateway_id("g1");
    request.set_peer_address("10.0.0.1:4711");
    request.set_user_phone(phone);
    request.set_registration_token(kToken);
    request.set_issue_secret(issue_secret);
    return request;
  }
  const v1::RegisterResponse& Register(const v1::RegisterRequest& request) {
    response_.Clear();
    status_ = registrar_.Register(request, response_);
    return response_;
  }
  bool Shows(const std::string& line) {
    return h_.metrics_registry.Render().find(line + "\n") != std::string::npos;
  }

  RegistryHarness h_;
  Registrar registrar_{h_.parts, h_.vault};
  v1::RegisterResponse response_;
  Status status_;
  std::string token_id_;
};

TEST_F(RegistrarTest, MakesAnAgentOfAPhone) {
  AddToken([](storage::JoinToken& token) { token.labels = {{"site", "lab"}}; });
  EXPECT_EQ(Register(Request()).registered().agent_id(), "edge_15551234568");
  EXPECT_TRUE(response_.registered().created());
  EXPECT_EQ(response_.registered().secret(), "") << "the fleet secret serves it";
  const storage::AgentCredentials stored = *h_.store.GetCredentials("edge_15551234568");
  EXPECT_EQ(stored.agent.user_phone, "+15551234568");
  EXPECT_EQ(stored.agent.labels.at("site"), "lab");
  EXPECT_TRUE(stored.secrets.empty());
  EXPECT_TRUE(Shows("edgeplane_registrations_total{outcome=\"created\"} 1"));
}

TEST_F(RegistrarTest, TheSamePhoneIsTheSameAgentAndUsesNoFurtherCount) {
  AddToken([](storage::JoinToken& token) { token.max_uses = 1; });
  Register(Request());
  for (const std::string& phone : {std::string("+15551234568"), std::string("15551234568"),
                                   std::string("+1 (555) 123-45.68")}) {
    EXPECT_EQ(Register(Request(phone, true)).registered().agent_id(), "edge_15551234568");
    EXPECT_FALSE(response_.registered().created());
    EXPECT_EQ(response_.registered().secret(), "");
  }
  EXPECT_TRUE(Shows("edgeplane_registrations_total{outcome=\"known\"} 3"));
  EXPECT_EQ(h_.store.ListJoinTokens({})->items[0].uses, 1);
  EXPECT_EQ(Register(Request("+15550000000")).refused().reason(), v1::JOIN_TOKEN_EXHAUSTED);
}

TEST_F(RegistrarTest, ASecretThatIsAskedForIsTheAgentsOwn) {
  AddToken();
  const std::string secret = Register(Request("+15551234568", true)).registered().secret();
  EXPECT_EQ(secret.size(), 64u);
  v1::SyncRequest sync = SyncOf("edge_15551234568", h_.clock.Now());
  sync.mutable_caller()->set_bearer(secret);
  v1::SyncResponse response;
  ASSERT_TRUE(h_.syncer.Sync(sync, response, NeverAbandoned).ok());
  EXPECT_TRUE(response.has_result());
  EXPECT_EQ(h_.store.GetAgent("edge_15551234568")->secret_fingerprint,
            h_.vault.Fingerprint(secret));
}

TEST_F(RegistrarTest, EachRefusalSaysWhy) {
  const auto refusal = [this] {
    const v1::RefusedAttempt refused = Register(Request()).refused();
    EXPECT_EQ(refused.agent_id(), "edge_15551234568");
    EXPECT_EQ(refused.presented().credential_kind(), "join token");
    EXPECT_EQ(refused.presented().fingerprint(), h_.vault.Fingerprint(kToken));
    EXPECT_NE(refused.detail().find("15551234568"), std::string::npos);
    EXPECT_EQ(refused.ShortDebugString().find(kToken), std::string::npos);
    return refused;
  };
  EXPECT_EQ(refusal().reason(), v1::JOIN_TOKEN_UNKNOWN);
  AddToken([](storage::JoinToken& token) { token.user_phone = "15550000000"; });
  EXPECT_EQ(refusal().reason(), v1::JOIN_TOKEN_PHONE_MISMATCH);
  EXPECT_NE(refusal().detail().find(token_id_ + " is for the phone 15550000000."),
            std::string::npos);
  h_.clock.Advance(std::chrono::hours(3));
  EXPECT_EQ(refusal().reason(), v1::JOIN_TOKEN_EXPIRED);
  EXPECT_NE(refusal().detail().find("expired 2026-01-31T10:15:00Z, 2 h ago."), std::string::npos);
  ASSERT_TRUE(h_.store.RevokeJoinToken(token_id_, h_.clock.Now()).ok());
  EXPECT_EQ(refusal().reason(), v1::JOIN_TOKEN_REVOKED);
  EXPECT_NE(refusal().detail().find("revoked 2026-01-31T12:15:00Z."), std::string::npos);
  EXPECT_TRUE(Shows("edgeplane_registrations_total{outcome=\"refused\"} 7"));
  EXPECT_FALSE(h_.store.GetAgent("edge_15551234568").ok());
}

TEST_F(RegistrarTest, RacesForTheLastUsesAreWonByAsManyAsThereAre) {
  AddToken([](storage::JoinToken& token) { token.max_uses = 10; });
  std::atomic<int> created = 0;
  std::atomic<int> exhausted = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back([&, i] {
      v1::RegisterResponse response;
      ASSERT_TRUE(registrar_.Register(Request("+1555" + std::to_string(100 + i)), response).ok());
      if (response.registered().created()) ++created;
      if (response.refused().reason() == v1::JOIN_TOKEN_EXHAUSTED) ++exhausted;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(created, 10);
  EXPECT_EQ(exhausted, 90);
}

TEST_F(RegistrarTest, AStoreFailureIsNoAnswer) {
  AddToken();
  h_.store.FailOperation(1, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
  EXPECT_EQ(Register(Request()).decision_case(), v1::RegisterResponse::DECISION_NOT_SET);
  ASSERT_FALSE(status_.ok());
  EXPECT_EQ(status_.error().code, v1::ErrorReason::STORE_UNAVAILABLE);
  EXPECT_TRUE(Register(Request()).has_registered());
}

TEST_F(RegistrarTest, ChecksTheRequest) {
  using R = v1::RegisterRequest;
  const auto expect_invalid = [this](void (*spoil)(R&)) {
    R request = Request();
    spoil(request);
    EXPECT_EQ(Register(request).decision_case(), v1::RegisterResponse::DECISION_NOT_SET);
    ASSERT_FALSE(status_.ok());
    EXPECT_EQ(status_.error().code, v1::ErrorReason::INVALID_FIELD);
  };
  expect_invalid([](R& r) { r.clear_gateway_id(); });
  expect_invalid([](R& r) { r.clear_registration_token(); });
  expect_invalid([](R& r) { r.set_registration_token(std::string(1025, 't')); });
  for (void (*spoil)(R&) :
       {+[](R& r) { r.clear_user_phone(); }, +[](R& r) { r.set_user_phone("+"); },
        +[](R& r) { r.set_user_phone("+1x555"); },
        +[](R& r) { r.set_user_phone("1234567890123456"); },
        +[](R& r) { r.set_user_phone(std::string(65, ' ') + "1"); }}) {
    expect_invalid(spoil);
  }
}

TEST_F(RegistrarTest, MakesNoAgentNobodyWaitsFor) {
  AddToken();
  const Status status =
      registrar_.Register(Request("+15551234568", true), response_, [] { return true; });
  ASSERT_FALSE(status.ok());
  EXPECT_FALSE(h_.store.GetAgent("edge_15551234568").ok());
  EXPECT_EQ(h_.store.ListJoinTokens({})->items[0].uses, 0);
}

// Nobody can tell it again: an operator has to know.
TEST_F(RegistrarTest, ASecretThatNobodyGotIsInTheLog) {
  AddToken();
  const auto log_of = [&](const v1::RegisterRequest& request, bool abandoned) {
    int asked = 0;
    testing::internal::CaptureStderr();
    response_.Clear();
    status_ = registrar_.Register(request, response_, [&] { return abandoned && ++asked == 2; });
    return testing::internal::GetCapturedStderr();
  };
  const std::string lost = "agent secret lost agent=edge_";
  EXPECT_NE(log_of(Request("+15550000001", true), true).find(lost + "15550000001"),
            std::string::npos);
  EXPECT_EQ(log_of(Request("+15550000002", true), false).find(lost), std::string::npos);
  EXPECT_EQ(log_of(Request("+15550000003"), true).find(lost), std::string::npos);
  h_.store.DoubtOperation(1);
  EXPECT_NE(log_of(Request("+15550000004", true), false).find(lost + "15550000004"),
            std::string::npos);
  EXPECT_EQ(status_.error().code, v1::ErrorReason::STORE_IN_DOUBT);
}

}  // namespace
}  // namespace edgeplane::registry
