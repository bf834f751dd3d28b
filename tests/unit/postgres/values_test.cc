// What goes to the server and comes back, in its binary format.
#include <gtest/gtest.h>

#include <limits>

#include "storage/postgres/connection.h"
#include "tests/unit/postgres/postgres_fixture.h"

namespace edgeplane::storage::postgres {
namespace {

TEST(ParametersTest, AnArrayIsAsTheServerReadsIt) {
  using std::string_literals::operator""s;
  const Parameters none{std::vector<int64_t>()};
  EXPECT_EQ(none.values().front(), "\0\0\0\0\0\0\0\1\0\0\0\x14"s);
  const Parameters some{std::vector<std::optional<std::string>>{"ab", std::nullopt}};
  EXPECT_EQ(some.values().front(),
            "\0\0\0\1\0\0\0\1\0\0\0\x19\0\0\0\2\0\0\0\1"
            "\0\0\0\2"
            "ab\xff\xff\xff\xff"s);
  const Parameters nothing{std::optional<Time>()};
  EXPECT_FALSE(nothing.values().front().has_value());
}

class ValuesTest : public PostgresFixture {};

TEST_F(ValuesTest, ComeBackAsTheyWent) {
  Open();
  const int64_t least = std::numeric_limits<int64_t>::min();
  const int64_t largest = std::numeric_limits<int64_t>::max();
  Refusal refusal;
  refusal.refusal_id = R"(a "quoted", {braced} \ id)";
  refusal.reason = -7;
  refusal.create_time = FromMicros(least);
  refusal.last_time = FromMicros(-1);
  refusal.count = largest;
  refusal.http_status = 403;
  refusal.evidence = std::string("\0\xff\x80 NULL", 8);
  ASSERT_TRUE(store().RecordRefusals({refusal}).ok());
  const Result<Refusal> read = store().GetRefusal(refusal.refusal_id);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->reason, -7);
  EXPECT_EQ(ToMicros(read->create_time), least);
  EXPECT_EQ(ToMicros(read->last_time), -1);
  EXPECT_EQ(read->count, largest);
  EXPECT_EQ(read->http_status, 403);
  EXPECT_EQ(read->evidence, refusal.evidence);
}

TEST_F(ValuesTest, APayloadIsKeptToTheByte) {
  Open();
  ASSERT_TRUE(MakeAgent("a").ok());
  NewCommand command = CommandFor("a", "c");
  command.payload_json = "{ \"b\":1.0,  \"a\":[\"\\u00e9\",\"\xc3\xa9\"] }";
  ASSERT_TRUE(store().EnqueueCommand(command, 1).ok());
  EXPECT_EQ(store().GetCommand("c")->payload_json, command.payload_json);
}

}  // namespace
}  // namespace edgeplane::storage::postgres
