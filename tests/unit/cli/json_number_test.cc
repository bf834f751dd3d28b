#include "cli/json_number.h"

#include <gtest/gtest.h>

namespace edgeplane::cli {
namespace {

TEST(DoubleHolds, WhatItHolds) {
  for (const char* literal : {"0",
                              "-0",
                              "0.0",
                              "0e5",
                              "1",
                              "-1",
                              "42",
                              "0.1",
                              "-0.25",
                              "1.50",
                              "1e23",
                              "1E+2",
                              "1e-7",
                              "9007199254740992",  // 2^53
                              "-9007199254740992",
                              "18014398509481984",      // 2^54
                              "18446744073709551616",   // 2^64
                              "100000000000000000000",  // 10^20
                              "3.141592653589793",
                              "1.7976931348623157e308",
                              "2.2250738585072014e-308"}) {
    EXPECT_TRUE(DoubleHolds(literal)) << literal;
  }
}

TEST(DoubleHolds, WhatItDoesNot) {
  for (const char* literal :
       {"9007199254740993",  // 2^53 + 1
        "-9007199254740993", "12345678901234567890", "18446744073709551615",
        "100000000000000000000000",  // 10^23: the nearest double is another integer
        "123456789012345678901234567890", "0.12345678901234567890123", "1e400", "-1e400", "1e-400",
        "1e99999999999999999999", "1e-99999999999999999999"}) {
    EXPECT_FALSE(DoubleHolds(literal)) << literal;
  }
}

TEST(FindInexactNumber, LooksAtNumbersOnly) {
  EXPECT_EQ(FindInexactNumber(R"({"a":1,"b":[2.5,-3e2,{"c":0}],"d":null})"), std::nullopt);
  EXPECT_EQ(FindInexactNumber(R"({"a":"12345678901234567890"})"), std::nullopt);
  EXPECT_EQ(FindInexactNumber(R"({"12345678901234567890":"\"12345678901234567890\\"})"),
            std::nullopt);
  EXPECT_EQ(FindInexactNumber(R"({"a":1,"b":[12345678901234567890]})"), "12345678901234567890");
  EXPECT_EQ(FindInexactNumber("12345678901234567890"), "12345678901234567890");
}

}  // namespace
}  // namespace edgeplane::cli
