#include "base/encoding.h"

#include <gtest/gtest.h>

namespace edgeplane {
namespace {

std::string EveryByte() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  return bytes;
}

TEST(HexTest, RoundTripsEveryByte) {
  EXPECT_EQ(HexEncode("\x01\xab"), "01ab");
  EXPECT_EQ(HexDecode(HexEncode(EveryByte())), EveryByte());
  EXPECT_EQ(HexDecode("01AB"), "\x01\xab");
  EXPECT_EQ(HexDecode(""), "");
}

TEST(HexTest, RefusesOtherText) {
  for (std::string_view text : {"0", "0g", "g0", " 00", "0x00", "00 ", "-1"}) {
    EXPECT_FALSE(HexDecode(text)) << text;
  }
}

TEST(Base64Test, KnowsRfc4648Section10) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(Base64Encode(bytes), text);
    EXPECT_EQ(Base64Decode(text), bytes);
  }
}

TEST(Base64Test, TakesEitherAlphabetPaddedOrNot) {
  EXPECT_EQ(Base64Encode("\xfb\xff\xfe"), "+//+");
  EXPECT_EQ(Base64Decode("+//+"), "\xfb\xff\xfe");
  EXPECT_EQ(Base64Decode("-__-"), "\xfb\xff\xfe");
  EXPECT_EQ(Base64Decode("Zg"), "f");
  EXPECT_EQ(Base64Decode("Zm8"), "fo");
  EXPECT_EQ(Base64Decode(Base64Encode(EveryByte())), EveryByte());
}

TEST(Base64Test, RefusesOtherText) {
  for (std::string_view text : {"Z", "Zg=", "Zg===", "=", "==", "====", "Zg==Zg==", "Z===", "Zm9v=",
                                "Zm 9v", "Zm9v\n", "Zm9v!", "Zh", "Zm9", "Zg=a"}) {
    EXPECT_FALSE(Base64Decode(text)) << text;
  }
}

TEST(Utf8Test, TakesEveryLengthAndItsBounds) {
  for (std::string_view text :
       {"", "plain", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(IsValidUtf8(text)) << HexEncode(text);
  }
}

TEST(Utf8Test, RefusesWhatRfc3629Forbids) {
  for (std::string_view text :
       {"\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xc2", "\xc2 ", "\xe0\x9f\xbf", "\xe1\x80",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf1\x80\x80", "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80", "\xff", "ok\xfe", "\xe2\x82\xc0"}) {
    EXPECT_FALSE(IsValidUtf8(text)) << HexEncode(text);
  }
}

TEST(Utf8Test, CutsBetweenSequences) {
  const std::string_view text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";  // 1 + 2 + 3 + 4 bytes
  const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (size_t max = 0; max < std::size(expected); ++max) {
    EXPECT_EQ(CutUtf8(text, max), text.substr(0, expected[max])) << max;
  }
}

TEST(Utf8Test, CutsOtherTextWhereTheLimitSays) {
  const std::string text(10, '\x80');
  EXPECT_EQ(CutUtf8(text, 6).size(), 6U);
  EXPECT_EQ(CutUtf8(text, 2).size(), 2U);
  EXPECT_EQ(CutUtf8(text, 0).size(), 0U);
}

}  // namespace
}  // namespace edgeplane
