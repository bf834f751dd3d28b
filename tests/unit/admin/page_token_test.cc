#include "services/admin/page_token.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "edgeplane/v1/admin_service.pb.h"
#include "tests/unit/admin/domain_fixture.h"

namespace edgeplane::admin {
namespace {

using v1::ErrorReason;

v1::AgentFilter Filter(const std::string& label) {
  v1::AgentFilter filter;
  (*filter.mutable_labels())["k"] = label;
  return filter;
}

TEST(PageTokens, GiveTheCursorBack) {
  const PageTokens tokens("key");
  for (const std::string cursor : {"x", "edge_15551234568", "\xff\xfe and more"}) {
    const std::string token = tokens.Make("agents", Filter("v"), cursor);
    const auto read = tokens.Read("agents", Filter("v"), token);
    ASSERT_TRUE(read.ok());
    EXPECT_EQ(*read, cursor);
    EXPECT_EQ(token.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789-_"),
              std::string::npos)
        << token;
  }
  const auto none = tokens.Read("agents", Filter("v"), "");
  ASSERT_TRUE(none.ok());
  EXPECT_EQ(*none, std::nullopt);
}

TEST(PageTokens, HoldInAnotherProcessWithTheSameKeyOnly) {
  const std::string token = PageTokens("key").Make("agents", Filter("v"), "c");
  EXPECT_TRUE(PageTokens("key").Read("agents", Filter("v"), token).ok());
  EXPECT_EQ(CodeOf(PageTokens("other").Read("agents", Filter("v"), token)),
            ErrorReason::PAGE_TOKEN_INVALID);
}

TEST(PageTokens, AreBoundToListAndFilter) {
  const PageTokens tokens("key");
  const std::string token = tokens.Make("agents", Filter("v"), "c");
  EXPECT_EQ(CodeOf(tokens.Read("commands", Filter("v"), token)), ErrorReason::PAGE_TOKEN_INVALID);
  EXPECT_EQ(CodeOf(tokens.Read("agents", Filter("w"), token)), ErrorReason::PAGE_TOKEN_INVALID);
}

TEST(PageTokens, DoNotDependOnTheOrderOfLabels) {
  const PageTokens tokens("key");
  v1::AgentFilter one;
  v1::AgentFilter two;
  for (int i = 0; i < 30; ++i) (*one.mutable_labels())["k" + std::to_string(i)] = "v";
  for (int i = 29; i >= 0; --i) (*two.mutable_labels())["k" + std::to_string(i)] = "v";
  EXPECT_TRUE(tokens.Read("agents", two, tokens.Make("agents", one, "c")).ok());
}

TEST(PageTokens, EveryChangedByteIsNoticed) {
  const PageTokens tokens("key");
  const std::string token = tokens.Make("agents", Filter("v"), "cursor");
  for (size_t at = 0; at < token.size(); ++at) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'Q' : 'A';
    EXPECT_EQ(CodeOf(tokens.Read("agents", Filter("v"), changed)), ErrorReason::PAGE_TOKEN_INVALID)
        << at;
  }
  for (const std::string& other : {std::string("x"), std::string("!!!"), std::string(5000, 'A'),
                                   token + token, token.substr(0, 20)}) {
    EXPECT_EQ(CodeOf(tokens.Read("agents", Filter("v"), other)), ErrorReason::PAGE_TOKEN_INVALID);
  }
}

}  // namespace
}  // namespace edgeplane::admin
