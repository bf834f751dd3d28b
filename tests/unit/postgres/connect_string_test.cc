#include "storage/postgres/connect_string.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace edgeplane::storage::postgres {
namespace {

using testing::HasSubstr;
using testing::Not;

// As libpq reads them: the last value of a keyword that is not empty counts.
std::map<std::string, std::string> KeywordsFor(const ConnectString& where, size_t host) {
  std::map<std::string, std::string> values;
  const ConnectString::Keywords keywords = where.For(host, std::chrono::seconds(3));
  for (size_t i = 0; keywords.names[i] != nullptr; ++i) {
    if (*keywords.values[i] != '\0') values[keywords.names[i]] = keywords.values[i];
  }
  return values;
}

TEST(ConnectStringTest, AnUnreadableOneIsNotRepeated) {
  for (const char* text : {"password=hunter2 nonsense", "hunter2", "pasword=hunter2",
                           "postgresql://u:hunter2@h/db?nonsense=1", "host='hunter2"}) {
    const auto where = ConnectString::Parse(text);
    ASSERT_FALSE(where.ok()) << text;
    EXPECT_EQ(where.error().code, v1::ErrorReason::STORE_UNAVAILABLE);
    EXPECT_THAT(where.error().message, Not(HasSubstr("hunter2")));
  }
}

TEST(ConnectStringTest, PasswordsAreCutOutOfWhatOthersSay) {
  const auto where =
      ConnectString::Parse("postgresql://u:hun%20ter2@h/db?sslpassword=keykey&sslmode=require");
  ASSERT_TRUE(where.ok());
  EXPECT_EQ(where->Redact("no 'hun ter2', nor hun ter2 or keykey"), "no '***', nor *** or ***");
  EXPECT_EQ(where->Redact("as it was"), "as it was");
}

TEST(ConnectStringTest, OneHostIsLeftToLibpq) {
  const auto where = ConnectString::Parse("host=db port=6432 target_session_attrs=any");
  ASSERT_TRUE(where.ok());
  EXPECT_EQ(where->hosts(), 1u);
  const auto keywords = KeywordsFor(*where, 0);
  EXPECT_FALSE(keywords.contains("host"));
  EXPECT_EQ(keywords.at("dbname"), "host=db port=6432 target_session_attrs=any");
  EXPECT_EQ(keywords.at("tcp_user_timeout"), "3000");
}

TEST(ConnectStringTest, SeveralHostsAreTriedOneByOne) {
  const auto where = ConnectString::Parse("postgresql://one:1,two,three:3/db");
  ASSERT_TRUE(where.ok());
  ASSERT_EQ(where->hosts(), 3u);
  EXPECT_EQ(KeywordsFor(*where, 0).at("host"), "one");
  EXPECT_EQ(KeywordsFor(*where, 0).at("port"), "1");
  EXPECT_EQ(KeywordsFor(*where, 1).at("host"), "two");
  EXPECT_EQ(KeywordsFor(*where, 2).at("port"), "3");
}

TEST(ConnectStringTest, OnePortHoldsForAllHosts) {
  const auto where = ConnectString::Parse("host=a,b hostaddr=192.0.2.1,192.0.2.2 port=7");
  ASSERT_TRUE(where.ok());
  ASSERT_EQ(where->hosts(), 2u);
  EXPECT_EQ(KeywordsFor(*where, 1).at("hostaddr"), "192.0.2.2");
  EXPECT_EQ(KeywordsFor(*where, 1).at("port"), "7");
}

}  // namespace
}  // namespace edgeplane::storage::postgres
