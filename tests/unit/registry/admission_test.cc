#include "services/registry/admission.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "base/crypto.h"
#include "base/encoding.h"
#include "base/reasons.h"
#include "base/timestamp.h"
#include "services/registry/hmac_token.h"

namespace edgeplane::registry {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr char kAgent[] = "luna1";
constexpr char kPeer[] = "10.1.2.3:4711";
const std::string kSecret(64, 'a');
const std::string kOldSecret(64, 'b');
const std::string kOtherSecret(64, 'c');

class AdmissionTest : public testing::Test {
 protected:
  AdmissionTest() { AddSecret(kSecret, now_ - hours(48)); }

  void AddSecret(const std::string& secret, Time since, std::optional<Time> retired = {}) {
    known_.secrets.push_back(
        {vault_.SealSecret(secret, kAgent), vault_.Fingerprint(secret), since, retired});
  }
  AdmissionVerdict Ask(const std::string& bearer) {
    return Decide({kAgent, bearer, kPeer, registered_ ? &known_ : nullptr, now_}, policy_);
  }
  std::string Token(const std::string& secret, Duration age, const std::string& id = kAgent,
                    const std::string& phone = "+15551234568") {
    return MintToken(secret, {id, phone, now_ - age});
  }
  AdmissionRefusal Refusal(const std::string& bearer) {
    const AdmissionVerdict verdict = Ask(bearer);
    EXPECT_FALSE(verdict.admitted());
    EXPECT_EQ(verdict.secrets_examined, kSecretsExamined);
    return verdict.refusal.value_or(AdmissionRefusal{});
  }

  const Time now_ = *ParseTime("2026-01-31T09:15:00Z");
  const Vault vault_{Secret(std::string(32, 'k'))};
  AdmissionPolicy policy_ = MakeAdmissionPolicy(RegistrySettings{}, vault_);
  storage::AgentCredentials known_;
  bool registered_ = true;
};

TEST_F(AdmissionTest, AdmitsTheRawSecret) {
  const AdmissionVerdict verdict = Ask(kSecret);
  EXPECT_TRUE(verdict.admitted());
  EXPECT_EQ(verdict.credential_kind, "raw secret");
  EXPECT_EQ(verdict.secrets_examined, kSecretsExamined);
}

TEST_F(AdmissionTest, AdmitsATokenWithinItsTime) {
  EXPECT_TRUE(Ask(Token(kSecret, seconds(0))).admitted());
  EXPECT_TRUE(Ask(Token(kSecret, hours(24))).admitted());
  EXPECT_TRUE(Ask(Token(kSecret, -minutes(5))).admitted());
  EXPECT_FALSE(Ask(Token(kSecret, hours(24) + seconds(1))).admitted());
  EXPECT_FALSE(Ask(Token(kSecret, -minutes(5) - seconds(1))).admitted());
  EXPECT_EQ(Ask(Token(kSecret, hours(1))).credential_kind, "HMAC token");
}

TEST_F(AdmissionTest, DoesNotCompareThePhone) {
  known_.agent.user_phone = "15551234568";
  EXPECT_TRUE(Ask(Token(kSecret, hours(1), kAgent, "(555) 123-4568")).admitted());
}

TEST_F(AdmissionTest, AdmitsEverySecretInForce) {
  AddSecret(kOldSecret, now_ - hours(100), now_ + hours(1));
  EXPECT_TRUE(Ask(kSecret).admitted());
  EXPECT_TRUE(Ask(kOldSecret).admitted());
  EXPECT_TRUE(Ask(Token(kOldSecret, hours(1))).admitted());
}

TEST_F(AdmissionTest, UnknownAgent) {
  registered_ = false;
  for (const std::string& bearer : {kSecret, Token(kSecret, hours(1)), Base64Encode("luna1:x")}) {
    const AdmissionRefusal refusal = Refusal(bearer);
    EXPECT_EQ(refusal.reason, v1::AGENT_UNKNOWN);
    EXPECT_EQ(refusal.detail, "No agent 'luna1' is registered; ids are compared byte for byte.");
    EXPECT_EQ(refusal.expected.fingerprint(), "");
  }
}

TEST_F(AdmissionTest, WrongSecret) {
  const AdmissionRefusal refusal = Refusal(kOtherSecret);
  EXPECT_EQ(refusal.reason, v1::SECRET_MISMATCH);
  EXPECT_EQ(refusal.presented.credential_kind(), "raw secret");
  EXPECT_EQ(refusal.presented.fingerprint(), vault_.Fingerprint(kOtherSecret));
  EXPECT_EQ(refusal.expected.fingerprint(), vault_.Fingerprint(kSecret));
  EXPECT_EQ(GetTime(refusal.expected.secret_create_time()), now_ - hours(48));
  EXPECT_EQ(refusal.detail, "The secret presented has the fingerprint " +
                                vault_.Fingerprint(kOtherSecret) + ". Expected is " +
                                vault_.Fingerprint(kSecret) +
                                ", in force since 2026-01-29T09:15:00Z.");
}

TEST_F(AdmissionTest, NoSecretAtAll) {
  known_.secrets.clear();
  const AdmissionRefusal refusal = Refusal(kSecret);
  EXPECT_EQ(refusal.reason, v1::SECRET_MISMATCH);
  EXPECT_NE(refusal.detail.find("The agent has no secret in force"), std::string::npos);
}

TEST_F(AdmissionTest, RetiredSecret) {
  AddSecret(kOldSecret, now_ - hours(100), now_ - hours(2));
  AdmissionRefusal refusal = Refusal(kOldSecret);
  EXPECT_EQ(refusal.reason, v1::SECRET_RETIRED);
  EXPECT_EQ(refusal.detail, "Presented was the secret " + vault_.Fingerprint(kOldSecret) +
                                ", which was retired 2026-01-31T07:15:00Z, 2 h ago. Expected is " +
                                vault_.Fingerprint(kSecret) +
                                ", in force since 2026-01-29T09:15:00Z.");
  EXPECT_EQ(refusal.presented.fingerprint(), vault_.Fingerprint(kOldSecret));

  // Also by its signature, and whatever the token's time.
  for (const Duration age : {Duration(hours(1)), Duration(hours(99))}) {
    refusal = Refusal(Token(kOldSecret, age));
    EXPECT_EQ(refusal.reason, v1::SECRET_RETIRED);
    EXPECT_EQ(refusal.presented.fingerprint(), vault_.Fingerprint(kOldSecret));
    EXPECT_EQ(refusal.presented.credential_kind(), "HMAC token");
  }
}

TEST_F(AdmissionTest, ASecretRetiresAtItsTime) {
  known_.secrets.clear();
  AddSecret(kSecret, now_ - hours(2), now_);
  EXPECT_EQ(Refusal(kSecret).reason, v1::SECRET_RETIRED);
  known_.secrets[0].retire_time = now_ + Duration(1);
  EXPECT_TRUE(Ask(kSecret).admitted());
}

TEST_F(AdmissionTest, TheSameSecretInForceAndRetiredIsInForce) {
  AddSecret(kSecret, now_ - hours(100), now_ - hours(50));
  EXPECT_TRUE(Ask(kSecret).admitted());
  EXPECT_TRUE(Ask(Token(kSecret, hours(1))).admitted());
  std::swap(known_.secrets[0], known_.secrets[1]);
  EXPECT_TRUE(Ask(kSecret).admitted());
  EXPECT_TRUE(Ask(Token(kSecret, hours(1))).admitted());
}

TEST_F(AdmissionTest, MalformedToken) {
  const AdmissionRefusal refusal = Refusal(Base64Encode("luna1:+1555:1769760000:abc"));
  EXPECT_EQ(refusal.reason, v1::TOKEN_MALFORMED);
  EXPECT_EQ(refusal.detail,
            "It decodes to text that begins like ID:PHONE:TS:HEX, but HEX has 3 characters "
            "instead of 64.");
  EXPECT_EQ(refusal.presented.credential_kind(), "HMAC token");
  EXPECT_EQ(refusal.presented.fingerprint(), "");
}

TEST_F(AdmissionTest, TokenOfAnotherAgent) {
  // Before the signature: even one that another agent rightly made.
  const AdmissionRefusal refusal = Refusal(Token(kOtherSecret, hours(99), "luna2"));
  EXPECT_EQ(refusal.reason, v1::TOKEN_SUBJECT);
  EXPECT_EQ(refusal.detail, "The token names 'luna2'; the request names 'luna1'.");
  EXPECT_EQ(refusal.presented.token_subject(), "luna2");
  EXPECT_EQ(Refusal(Token(kSecret, hours(1), "LUNA1")).reason, v1::TOKEN_SUBJECT);
}

TEST_F(AdmissionTest, ForgedToken) {
  // Before its time: a stranger's clock is not our business.
  const AdmissionRefusal refusal = Refusal(Token(kOtherSecret, hours(99)));
  EXPECT_EQ(refusal.reason, v1::TOKEN_SIGNATURE);
  EXPECT_NE(refusal.detail.find("is not signed with any secret of this agent. Expected is " +
                                vault_.Fingerprint(kSecret)),
            std::string::npos);
  EXPECT_EQ(refusal.presented.token_subject(), kAgent);
  EXPECT_EQ(GetTime(refusal.presented.token_time()), now_ - hours(99));
}

TEST_F(AdmissionTest, ExpiredToken) {
  const AdmissionRefusal refusal = Refusal(Token(kSecret, hours(25) + minutes(15)));
  EXPECT_EQ(refusal.reason, v1::TOKEN_EXPIRED);
  EXPECT_EQ(refusal.detail,
            "The token was minted 2026-01-30T08:00:00Z, 25 h 15 min ago; token-max-age is 24 h.");
  EXPECT_EQ(refusal.presented.fingerprint(), vault_.Fingerprint(kSecret));
}

TEST_F(AdmissionTest, TokenFromTheFuture) {
  const AdmissionRefusal refusal = Refusal(Token(kSecret, -minutes(6) - seconds(5)));
  EXPECT_EQ(refusal.reason, v1::TOKEN_FROM_FUTURE);
  EXPECT_EQ(refusal.detail,
            "The token was minted 2026-01-31T09:21:05Z, 6 min 5 s ahead of this clock; "
            "token-max-skew is 5 min.");
}

TEST_F(AdmissionTest, DisabledAgent) {
  known_.agent.disabled = true;
  known_.agent.disabled_reason = "stolen";
  known_.agent.disable_time = now_ - minutes(90);
  AdmissionRefusal refusal = Refusal(kSecret);
  EXPECT_EQ(refusal.reason, v1::AGENT_DISABLED);
  EXPECT_EQ(refusal.detail,
            "An operator disabled the agent 2026-01-31T07:45:00Z, 1 h 30 min ago; the reason "
            "given: stolen");
  EXPECT_EQ(Refusal(Token(kSecret, hours(1))).reason, v1::AGENT_DISABLED);
  // Before the address.
  known_.agent.allowed_addresses = {"192.0.2.1"};
  EXPECT_EQ(Refusal(kSecret).reason, v1::AGENT_DISABLED);
}

TEST_F(AdmissionTest, AddressNotAllowed) {
  known_.agent.allowed_addresses = {"192.0.2.0/24", "2001:db8::/32"};
  const AdmissionRefusal refusal = Refusal(kSecret);
  EXPECT_EQ(refusal.reason, v1::ADDRESS_NOT_ALLOWED);
  EXPECT_EQ(refusal.detail,
            "It connects from '10.1.2.3:4711'; allowed are 192.0.2.0/24, 2001:db8::/32.");
  ASSERT_EQ(refusal.expected.allowed_addresses_size(), 2);
  EXPECT_EQ(refusal.expected.allowed_addresses(0), "192.0.2.0/24");
  known_.agent.allowed_addresses = {"10.0.0.0/8"};
  EXPECT_TRUE(Ask(kSecret).admitted());
}

// Whoever has not proved to be the agent learns nothing of it.
TEST_F(AdmissionTest, AStrangerIsNotToldAboutTheAgent) {
  known_.agent.disabled = true;
  known_.agent.allowed_addresses = {"192.0.2.0/24"};
  for (const std::string& bearer :
       {kOtherSecret, Token(kOtherSecret, hours(1)), Token(kSecret, hours(30)),
        Token(kSecret, -hours(1)), Token(kSecret, hours(1), "luna2"), Base64Encode("luna1:x")}) {
    const AdmissionRefusal refusal = Refusal(bearer);
    EXPECT_NE(refusal.reason, v1::AGENT_DISABLED);
    EXPECT_NE(refusal.reason, v1::ADDRESS_NOT_ALLOWED);
    EXPECT_EQ(refusal.expected.allowed_addresses_size(), 0);
    EXPECT_EQ(TraitsOf(refusal.reason).public_message(),
              TraitsOf(v1::AGENT_UNKNOWN).public_message());
  }
}

// The work is the same whoever asks, so the time is.
TEST_F(AdmissionTest, ExaminesAsManySecretsWhateverThereIs) {
  for (size_t stored = 0; stored <= storage::kSecretsMax; ++stored) {
    known_.secrets.clear();
    for (size_t i = 0; i < stored; ++i)
      AddSecret(std::string(64, static_cast<char>('d' + i)), now_);
    for (const std::string& bearer :
         {std::string(64, 'd'), kOtherSecret, Token(kSecret, hours(1))}) {
      EXPECT_EQ(Ask(bearer).secrets_examined, kSecretsExamined);
    }
  }
  registered_ = false;
  EXPECT_EQ(Ask(kSecret).secrets_examined, kSecretsExamined);
}

TEST_F(AdmissionTest, SaysSoWhenTheStoredSecretDoesNotOpen) {
  known_.secrets[0].sealed.back() ^= 1;
  const AdmissionVerdict verdict = Ask(kSecret);
  ASSERT_FALSE(verdict.admitted());
  EXPECT_TRUE(verdict.secret_unreadable);
  EXPECT_EQ(verdict.refusal->reason, v1::SECRET_MISMATCH);
  EXPECT_NE(verdict.refusal->detail.find("cannot be opened"), std::string::npos);
}

// A secret sealed for one agent serves no other, and an empty bearer or one
// signed with nothing never matches the place of a secret that did not open.
TEST_F(AdmissionTest, NothingMatchesASecretThatDoesNotOpen) {
  known_.secrets = {{vault_.SealSecret(kSecret, "luna2"), "", now_, {}}};
  EXPECT_FALSE(Ask(kSecret).admitted());
  EXPECT_FALSE(Ask("").admitted());
  EXPECT_FALSE(Ask(Token("", hours(1))).admitted());
  registered_ = false;
  EXPECT_FALSE(Ask("").admitted());
  EXPECT_FALSE(Ask(Token("", hours(1))).admitted());
}

TEST_F(AdmissionTest, NeverShowsASecret) {
  AddSecret(kOldSecret, now_ - hours(100), now_ - hours(2));
  known_.agent.disabled = true;
  for (const std::string& bearer : {kSecret, kOldSecret, kOtherSecret, Token(kSecret, hours(1)),
                                    Token(kOtherSecret, hours(1))}) {
    const AdmissionRefusal refusal = Refusal(bearer);
    const std::string shown =
        refusal.detail + refusal.presented.ShortDebugString() + refusal.expected.ShortDebugString();
    for (const std::string& secret : {kSecret, kOldSecret, kOtherSecret, bearer}) {
      EXPECT_EQ(shown.find(secret), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace edgeplane::registry
