#include "base/crypto.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace edgeplane {
namespace {

std::string Bytes(std::string_view hex) { return HexDecode(hex).value(); }

TEST(CryptoTest, Sha256KnowsTheStandardsExamples) {
  // FIPS 180-2, appendix B; the empty message from NIST's test vectors.
  EXPECT_EQ(HexEncode(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HexEncode(Sha256({})),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(CryptoTest, HmacSha256KnowsRfc4231) {
  EXPECT_EQ(HexEncode(HmacSha256(std::string(20, '\x0b'), "Hi There")),  // test case 1
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(HexEncode(HmacSha256("Jefe", "what do ya want for nothing?")),  // test case 2
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(HexEncode(HmacSha256(std::string(131, '\xaa'),  // test case 6
                                 "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(CryptoTest, HmacTakesAnEmptyKeyAndAnEmptyMessage) {
  EXPECT_EQ(HexEncode(HmacSha256({}, {})),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(CryptoTest, HkdfKnowsRfc5869) {
  EXPECT_EQ(HexEncode(HkdfSha256(std::string(22, '\x0b'), {}, 42)),  // A.3
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
            "9d201395faa4b61a96c8");
}

TEST(CryptoTest, HkdfGivesEachPurposeItsOwnKey) {
  const std::string key = RandomBytes(32);
  EXPECT_EQ(HkdfSha256(key, "seal", 32), HkdfSha256(key, "seal", 32));
  EXPECT_NE(HkdfSha256(key, "seal", 32), HkdfSha256(key, "sign", 32));
  EXPECT_NE(HkdfSha256(key, "seal", 32), HkdfSha256(RandomBytes(32), "seal", 32));
  EXPECT_EQ(HkdfSha256(key, "seal", 64).substr(0, 32), HkdfSha256(key, "seal", 32));
}

TEST(CryptoTest, RandomBytesDiffer) {
  EXPECT_EQ(RandomBytes(0), "");
  EXPECT_EQ(RandomBytes(16).size(), 16U);
  EXPECT_NE(RandomBytes(16), RandomBytes(16));
}

TEST(CryptoTest, OpensWhatAnotherImplementationSealed) {
  // The GCM specification's test case 16: AES-256 with additional data.
  const std::string sealed = Bytes(
      "cafebabefacedbaddecaf888"
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
      "76fc6ece0f4e1768cddf8853bb2d551b");
  const auto plain = Open(Bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"),
                          sealed, Bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2"));
  ASSERT_TRUE(plain);
  EXPECT_EQ(HexEncode(plain->Reveal()),
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
}

class SealTest : public testing::Test {
 protected:
  const std::string key_ = RandomBytes(32);
};

TEST_F(SealTest, OpensWhatItSealed) {
  for (const std::string& plain : {std::string(), std::string("s"), RandomBytes(1000)}) {
    const std::string sealed = Seal(key_, plain, "agent/luna1");
    EXPECT_EQ(sealed.size(), 12 + plain.size() + 16);
    const auto opened = Open(key_, sealed, "agent/luna1");
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->Reveal(), plain);
  }
}

TEST_F(SealTest, NeverSealsAlike) {
  EXPECT_NE(Seal(key_, "secret", "context"), Seal(key_, "secret", "context"));
}

TEST_F(SealTest, RefusesAnotherKeyOrContext) {
  const std::string sealed = Seal(key_, "secret", "agent/luna1");
  EXPECT_FALSE(Open(RandomBytes(32), sealed, "agent/luna1"));
  EXPECT_FALSE(Open(key_, sealed, "agent/luna2"));
  EXPECT_FALSE(Open(key_, sealed, ""));
  EXPECT_FALSE(Open(key_.substr(1), sealed, "agent/luna1"));
}

TEST_F(SealTest, RefusesEveryChangedBit) {
  const std::string sealed = Seal(key_, "secret", "context");
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(Open(key_, changed, "context")) << "byte " << i;
    EXPECT_FALSE(Open(key_, sealed.substr(0, i), "context")) << "cut to " << i;
  }
}

}  // namespace
}  // namespace edgeplane
