#include "services/registry/vault.h"

#include <gtest/gtest.h>

#include <string>

namespace edgeplane::registry {
namespace {

class VaultTest : public testing::Test {
 protected:
  const Vault vault_{Secret(std::string(32, 'k'))};
  const Vault other_{Secret(std::string(32, 'K'))};
};

TEST_F(VaultTest, OpensWhatItSealed) {
  for (const std::string& secret :
       {std::string(), std::string(16, 's'), std::string(256, '\xff')}) {
    const std::string sealed = vault_.SealSecret(secret, "luna1");
    const std::optional<Secret> opened = vault_.OpenSecret(sealed, "luna1");
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->Reveal(), secret);
  }
}

TEST_F(VaultTest, OpensNothingElse) {
  const std::string sealed = vault_.SealSecret("0123456789abcdef", "luna1");
  EXPECT_FALSE(vault_.OpenSecret(sealed, "luna2"));
  EXPECT_FALSE(other_.OpenSecret(sealed, "luna1"));
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] ^= 0x10;
    EXPECT_FALSE(vault_.OpenSecret(changed, "luna1")) << i;
    EXPECT_FALSE(vault_.OpenSecret(sealed.substr(0, i), "luna1")) << i;
  }
}

TEST_F(VaultTest, FingerprintsTellSecretsAndMasterKeysApart) {
  const std::string fingerprint = vault_.Fingerprint("0123456789abcdef");
  EXPECT_EQ(fingerprint.size(), 8u);
  EXPECT_EQ(fingerprint.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(fingerprint, vault_.Fingerprint("0123456789abcdef"));
  EXPECT_NE(fingerprint, vault_.Fingerprint("0123456789abcdeg"));
  EXPECT_NE(fingerprint, other_.Fingerprint("0123456789abcdef"));
}

// What has been stored must open after an upgrade: these may never change.
TEST_F(VaultTest, DerivesTheSameKeysForever) {
  EXPECT_EQ(vault_.KeyCheck(), "888e91c1f402fe70e3b452d40dcb686c");
  EXPECT_EQ(vault_.Fingerprint("0123456789abcdef"), "411ec855");
  EXPECT_NE(vault_.KeyCheck(), other_.KeyCheck());
}

}  // namespace
}  // namespace edgeplane::registry
