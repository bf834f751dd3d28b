#include "base/secret.h"

#include <gtest/gtest.h>

#include <array>
#include <sstream>
#include <type_traits>

namespace edgeplane {
namespace {

template <class T>
concept Printable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!Printable<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string, Secret>);
static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);

TEST(SecretTest, WipeClearsTheBytes) {
  std::array<char, 4> bytes{'k', 'e', 'y', '!'};
  Wipe(bytes.data(), bytes.size());
  EXPECT_EQ(bytes, (std::array<char, 4>{}));
}

TEST(SecretTest, WipingAStringClearsItsMemory) {
  std::string text(100, 'x');
  const char* memory = text.data();
  Wipe(text);
  EXPECT_TRUE(text.empty());
  // The string still owns this memory: clear() keeps the capacity.
  EXPECT_EQ(std::string_view(memory + 1, 98), std::string_view(std::string(98, '\0')));
}

TEST(SecretTest, MovingLeavesNothingBehind) {
  for (size_t size : {size_t{8}, size_t{64}}) {  // inside the string, and on the heap
    Secret first(std::string(size, 's'));
    Secret second(std::move(first));
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is the point
    EXPECT_EQ(second.Reveal(), std::string(size, 's'));
    Secret third = Secret::CopyOf("older");
    third = std::move(second);
    EXPECT_TRUE(second.empty());  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(third.Reveal(), std::string(size, 's'));
  }
}

TEST(SecretTest, ComparesContents) {
  EXPECT_TRUE(ConstantTimeEquals("", ""));
  EXPECT_TRUE(ConstantTimeEquals(std::string_view(), ""));
  EXPECT_TRUE(ConstantTimeEquals("abc", "abc"));
  EXPECT_FALSE(ConstantTimeEquals("abc", "abd"));
  EXPECT_FALSE(ConstantTimeEquals("abc", "xbc"));
  EXPECT_FALSE(ConstantTimeEquals("abc", "ab"));
  EXPECT_FALSE(ConstantTimeEquals("", "a"));
}

}  // namespace
}  // namespace edgeplane
