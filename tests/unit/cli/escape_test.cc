#include "cli/escape.h"

#include <gtest/gtest.h>

namespace edgeplane::cli {
namespace {

TEST(EscapeForTerminal, LeavesTextAsItIs) {
  EXPECT_EQ(EscapeForTerminal("plain, with \\ and \"quotes\""), "plain, with \\ and \"quotes\"");
  EXPECT_EQ(EscapeForTerminal("Gerät 日本 🚀"), "Gerät 日本 🚀");
}

TEST(EscapeForTerminal, WritesOutWhatATerminalObeys) {
  EXPECT_EQ(EscapeForTerminal("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(EscapeForTerminal("\x1b[2J\x1b]0;title\x07"), "\\x1b[2J\\x1b]0;title\\x07");
  EXPECT_EQ(EscapeForTerminal(std::string_view("\0\x7f", 2)), "\\x00\\x7f");
  // U+009B, the one-character CSI, in its UTF-8 form and as a bare byte.
  EXPECT_EQ(EscapeForTerminal("\xc2\x9b"
                              "31m"),
            "\\x9b31m");
  EXPECT_EQ(EscapeForTerminal("\x9b"
                              "31m"),
            "\\x9b31m");
}

TEST(EscapeForTerminal, WritesOutWhatHidesOrReorders) {
  EXPECT_EQ(EscapeForTerminal("edge\u202egpj"), "edge\\u{202e}gpj");
  EXPECT_EQ(EscapeForTerminal("a\u200bb\ufeffc\u2066d"), "a\\u{200b}b\\u{feff}c\\u{2066}d");
  EXPECT_EQ(EscapeForTerminal("a\U000e0041b"), "a\\u{e0041}b");
}

TEST(EscapeForTerminal, WritesOutBytesThatAreNotUtf8) {
  EXPECT_EQ(EscapeForTerminal("a\xff"
                              "b"),
            "a\\xffb");
  EXPECT_EQ(EscapeForTerminal("\xc0\x8a"), "\\xc0\\x8a");           // overlong newline
  EXPECT_EQ(EscapeForTerminal("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(EscapeForTerminal("\xe2\x82"), "\\xe2\\x82");           // cut short
  EXPECT_EQ(EscapeForTerminal("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
}

TEST(DisplayWidth, CountsColumns) {
  EXPECT_EQ(DisplayWidth(""), 0U);
  EXPECT_EQ(DisplayWidth("abc"), 3U);
  EXPECT_EQ(DisplayWidth("Gerät"), 5U);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1U);  // a combining accent
  EXPECT_EQ(DisplayWidth("日本"), 4U);
}

TEST(CutToWidth, LeavesOutWhatDoesNotFit) {
  EXPECT_EQ(CutToWidth("abc", 3), "abc");
  EXPECT_EQ(CutToWidth("abcd", 3), "ab…");
  EXPECT_EQ(CutToWidth("abcd", 1), "…");
  EXPECT_EQ(CutToWidth("日本語", 5), "日本…");
  EXPECT_EQ(CutToWidth("日本語", 4), "日…");  // half a character is none
}

}  // namespace
}  // namespace edgeplane::cli
