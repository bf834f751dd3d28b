// The secret that serves agents which have none of their own yet.
#include "services/registry/fleet_secret.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "base/files.h"
#include "base/timestamp.h"
#include "services/registry/admission.h"
#include "services/registry/hmac_token.h"
#include "tests/unit/registry/registry_harness.h"

namespace edgeplane::registry {
namespace {

using std::chrono::hours;

constexpr char kAgent[] = "luna1";
const std::string kFleet(32, 'f');
const std::string kOwn(64, 'a');

class FleetSecretTest : public testing::Test {
 protected:
  AdmissionVerdict Ask(const std::string& bearer) {
    AdmissionVerdict verdict =
        Decide({kAgent, bearer, "10.1.2.3:4711", registered_ ? &known_ : nullptr, now_}, policy_);
    EXPECT_EQ(verdict.secrets_examined, kSecretsExamined);
    return verdict;
  }
  AdmissionRefusal Refusal(const std::string& bearer) {
    return Ask(bearer).refusal.value_or(AdmissionRefusal{});
  }
  std::string Token(const std::string& secret, Duration age = hours(1),
                    const std::string& id = kAgent) {
    return MintToken(secret, {id, "+15551234568", now_ - age});
  }
  void GiveOwnSecret(std::optional<Time> retired = {}) {
    known_.secrets = {
        {vault_.SealSecret(kOwn, kAgent), vault_.Fingerprint(kOwn), now_ - hours(48), retired}};
  }

  const Time now_ = *ParseTime("2026-01-31T09:15:00Z");
  const Vault vault_{Secret(std::string(32, 'k'))};
  AdmissionPolicy policy_ = MakeAdmissionPolicy(RegistrySettings{}, vault_, Secret::CopyOf(kFleet));
  storage::AgentCredentials known_;
  bool registered_ = true;
};

TEST_F(FleetSecretTest, ServesAnAgentWithoutASecretOfItsOwn) {
  for (const std::string& bearer : {kFleet, Token(kFleet)}) {
    const AdmissionVerdict verdict = Ask(bearer);
    EXPECT_TRUE(verdict.admitted());
    EXPECT_TRUE(verdict.fleet_secret);
    EXPECT_EQ(verdict.secret_fingerprint, "");
  }
}

TEST_F(FleetSecretTest, ServesNobodyWhoIsNotRegistered) {
  registered_ = false;
  for (const std::string& bearer : {kFleet, Token(kFleet)}) {
    EXPECT_EQ(Refusal(bearer).reason, v1::AGENT_UNKNOWN);
  }
}

TEST_F(FleetSecretTest, ServesNoAgentThatHasASecretOfItsOwn) {
  GiveOwnSecret();
  AdmissionRefusal refusal = Refusal(kFleet);
  EXPECT_EQ(refusal.reason, v1::SECRET_MISMATCH);
  EXPECT_NE(refusal.detail.find("Presented was the fleet secret"), std::string::npos);
  EXPECT_EQ(refusal.presented.fingerprint(), vault_.Fingerprint(kFleet));
  EXPECT_EQ(refusal.expected.fingerprint(), vault_.Fingerprint(kOwn));
  refusal = Refusal(Token(kFleet));
  EXPECT_EQ(refusal.reason, v1::TOKEN_SIGNATURE);
  EXPECT_NE(refusal.detail.find("signed with the fleet secret"), std::string::npos);
  EXPECT_EQ(refusal.presented.fingerprint(), vault_.Fingerprint(kFleet));

  const AdmissionVerdict own = Ask(kOwn);
  EXPECT_TRUE(own.admitted());
  EXPECT_FALSE(own.fleet_secret);
  EXPECT_EQ(own.secret_fingerprint, vault_.Fingerprint(kOwn));
  EXPECT_EQ(Ask(Token(kOwn)).secret_fingerprint, vault_.Fingerprint(kOwn));
}

// One that cannot be opened any more is still its own.
TEST_F(FleetSecretTest, ServesNoAgentWhoseOwnSecretDoesNotOpen) {
  GiveOwnSecret();
  known_.secrets[0].sealed.back() ^= 1;
  EXPECT_EQ(Refusal(kFleet).reason, v1::SECRET_MISMATCH);
}

TEST_F(FleetSecretTest, ServesAnAgentWhoseLastOwnSecretIsRetired) {
  GiveOwnSecret(now_);
  EXPECT_TRUE(Ask(kFleet).fleet_secret);
  EXPECT_EQ(Refusal(kOwn).reason, v1::SECRET_RETIRED);
}

TEST_F(FleetSecretTest, IsOffUnlessThereIsOne) {
  policy_ = MakeAdmissionPolicy(RegistrySettings{}, vault_);
  for (const std::string& bearer : {kFleet, Token(kFleet), std::string(), Token("")}) {
    EXPECT_FALSE(Ask(bearer).admitted());
  }
  EXPECT_EQ(Refusal(kFleet).reason, v1::SECRET_MISMATCH);
  EXPECT_NE(Refusal(kFleet).detail.find("no secret in force"), std::string::npos);
}

TEST_F(FleetSecretTest, ItsTokensKeepToTheRules) {
  EXPECT_EQ(Refusal(Token(kFleet, hours(25))).reason, v1::TOKEN_EXPIRED);
  EXPECT_EQ(Refusal(Token(kFleet, -hours(1))).reason, v1::TOKEN_FROM_FUTURE);
  EXPECT_EQ(Refusal(Token(kFleet, hours(1), "luna2")).reason, v1::TOKEN_SUBJECT);
  known_.agent.disabled = true;
  EXPECT_EQ(Refusal(kFleet).reason, v1::AGENT_DISABLED);
  known_.agent.disabled = false;
  known_.agent.allowed_addresses = {"192.0.2.1"};
  EXPECT_EQ(Refusal(Token(kFleet)).reason, v1::ADDRESS_NOT_ALLOWED);
}

TEST_F(FleetSecretTest, IsWhatIsExpectedOfAnAgentWithoutASecret) {
  const AdmissionRefusal refusal = Refusal(kOwn);
  EXPECT_EQ(refusal.reason, v1::SECRET_MISMATCH);
  EXPECT_EQ(refusal.expected.fingerprint(), vault_.Fingerprint(kFleet));
  EXPECT_NE(refusal.detail.find("the fleet secret is expected: " + vault_.Fingerprint(kFleet)),
            std::string::npos);
  const std::string shown = refusal.detail + refusal.expected.ShortDebugString();
  EXPECT_EQ(shown.find(kFleet), std::string::npos);
}

// Not even as the secret of an agent of that name.
TEST_F(FleetSecretTest, IsNotTheSecretOfAnyAgent) {
  known_.secrets = {{policy_.fleet_secret->sealed, "", now_, {}}};
  EXPECT_FALSE(Ask(kFleet).admitted());
}

class FleetSecretFileTest : public testing::Test {
 protected:
  FleetSecretFileTest() {
    std::string pattern = testing::TempDir() + "fleetXXXXXX";
    directory_ = ::mkdtemp(pattern.data());
  }
  ~FleetSecretFileTest() override { std::filesystem::remove_all(directory_); }
  std::string Write(const std::string& content, int mode = 0600) {
    const std::filesystem::path path = directory_ / "secret";
    EXPECT_TRUE(WriteFileAtomically(path, content, mode).ok());
    return path.string();
  }
  static std::string Failure(const Result<Secret>& secret) {
    return secret.ok() ? "" : secret.error().message;
  }

  std::filesystem::path directory_;
};

TEST_F(FleetSecretFileTest, HoldsTheSecretAndANewline) {
  EXPECT_TRUE(ReadFleetSecret("")->empty());
  EXPECT_EQ(ReadFleetSecret(Write(kFleet))->Reveal(), kFleet);
  EXPECT_EQ(ReadFleetSecret(Write(kFleet + "\n"))->Reveal(), kFleet);
  EXPECT_EQ(ReadFleetSecret(Write(std::string(256, 'x') + "\n"))->Reveal().size(), 256u);
}

TEST_F(FleetSecretFileTest, IsRefusedWhereItIsNone) {
  for (const std::string& content :
       {std::string(), std::string("short"), std::string(257, 'x'), std::string(300, 'x'),
        kFleet + "\n\n", " " + kFleet, kFleet + " ", kFleet + "\x01", kFleet + "\xc3\xa9"}) {
    const std::string failure = Failure(ReadFleetSecret(Write(content)));
    EXPECT_NE(failure.find("secret"), std::string::npos) << content;
    EXPECT_EQ(failure.find(kFleet), std::string::npos) << failure;
  }
  EXPECT_NE(Failure(ReadFleetSecret(Write(kFleet, 0644))), "") << "others can read it";
  EXPECT_NE(Failure(ReadFleetSecret((directory_ / "none").string())), "");
}

TEST(FleetSecretAdmission, IsCounted) {
  RegistryHarness h;
  storage::Agent agent;
  agent.agent_id = "new";
  ASSERT_TRUE(h.store.CreateAgent(agent, std::nullopt).ok());
  const AdmissionPolicy policy = MakeAdmissionPolicy(h.settings, h.vault, Secret::CopyOf(kFleet));
  const Authenticator authenticator(h.parts, policy);
  v1::AdmitRequest request;
  request.set_gateway_id("g1");
  request.set_agent_id("new");
  request.set_bearer(kFleet);
  v1::AdmitResponse response;
  Admitter admitter(h.parts, authenticator);
  ASSERT_TRUE(RegistryHarness::AdmitBy(admitter, request, response).ok());
  EXPECT_TRUE(response.has_admitted());
  EXPECT_EQ(h.store.GetAgent("new")->session->secret_fingerprint, "");
  h.AddAgent("old");
  request.set_agent_id("old");
  request.set_bearer(RegistryHarness::kSecret);
  ASSERT_TRUE(RegistryHarness::AdmitBy(admitter, request, response).ok());
  EXPECT_NE(h.metrics_registry.Render().find("edgeplane_fleet_secret_admissions_total 1\n"),
            std::string::npos);
}

}  // namespace
}  // namespace edgeplane::registry
