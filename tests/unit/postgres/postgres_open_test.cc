// Opening a database: whose it is, which schema it has, whether it is there.
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "tests/contract/together.h"
#include "tests/unit/postgres/postgres_fixture.h"

namespace edgeplane::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

class PostgresOpenTest : public PostgresFixture {
 protected:
  Error OpenError() {
    const auto store = PostgresStore::Open(settings_, nullptr);
    EXPECT_FALSE(store.ok());
    return store.ok() ? Error{} : store.error();
  }
  std::string Execute(const std::string& sql) { return Outsider(connection_).Execute(sql); }
};

// Takes connections and never says a word.
class SilentServer {
 public:
  SilentServer() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, (host() + "/.s.PGSQL.5432").c_str(),
                 sizeof address.sun_path - 1);
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(listen(socket_, 64), 0);
  }
  ~SilentServer() { close(socket_); }
  [[nodiscard]] std::string host() const { return directory_.path().string(); }

 private:
  const TemporaryDirectory directory_;
  const int socket_ = socket(AF_UNIX, SOCK_STREAM, 0);
};

TEST_F(PostgresOpenTest, AServerThatIsNotThereIsTold) {
  Configure("host=/nowhere dbname=x password=hunter2");
  std::string log;
  Error error;
  // There are a few such lines a second, which earlier tests may have used up.
  while (log.empty()) {
    testing::internal::CaptureStderr();
    error = OpenError();
    log = testing::internal::GetCapturedStderr();
  }
  EXPECT_EQ(error.code, Code::STORE_UNAVAILABLE);
  EXPECT_THAT(log, HasSubstr("/nowhere"));
  EXPECT_THAT(log + error.message, Not(HasSubstr("hunter2")));
}

TEST_F(PostgresOpenTest, AServerThatSaysNothingIsGivenUp) {
  const SilentServer silent;
  Configure("host=" + silent.host());
  settings_.write_timeout = std::chrono::milliseconds(50);
  const Error error = OpenError();
  EXPECT_EQ(error.code, Code::STORE_UNAVAILABLE);
  EXPECT_THAT(error.message, HasSubstr("in time"));
}

TEST_F(PostgresOpenTest, ASilentHostIsLeftForTheNext) {
  const SilentServer silent;
  std::string connection = connection_;
  connection.insert(connection.find("host=") + 5, silent.host() + ',');
  Configure(connection);
  settings_.write_timeout = std::chrono::seconds(4);
  settings_.writers = 1;
  Open();
  EXPECT_TRUE(MakeAgent("a").ok());
}

TEST_F(PostgresOpenTest, ADatabaseThatIsNotThereIsTold) {
  std::string connection = connection_;
  connection.replace(connection.find("dbname=postgres"), 15, "dbname=missing");
  Configure(connection);
  EXPECT_EQ(OpenError().code, Code::STORE_UNAVAILABLE);
}

TEST_F(PostgresOpenTest, ASchemaThatIsNotThereOrNotOursIsTold) {
  std::string connection = connection_;
  connection.replace(connection.find("search_path="), connection.size(), "search_path=missing'");
  Configure(connection);
  Error error = OpenError();
  EXPECT_EQ(error.code, Code::STORE_UNAVAILABLE);
  EXPECT_THAT(error.message, HasSubstr("search_path"));
  Execute("CREATE ROLE stranger LOGIN");
  connection = connection_;
  connection.replace(connection.find("user=edgeplane"), 14, "user=stranger");
  Configure(connection);
  error = OpenError();
  EXPECT_EQ(error.code, Code::STORE_UNAVAILABLE);
  EXPECT_THAT(error.message, HasSubstr("lacks a right"));
}

TEST_F(PostgresOpenTest, RefusesANewerSchema) {
  Open();
  Close();
  Execute("INSERT INTO schema_migrations VALUES (9999, '9999_future', 'x', 0)");
  const Error error = OpenError();
  EXPECT_EQ(error.code, Code::STORE_CORRUPT);
  EXPECT_THAT(error.message, HasSubstr("newer edgeplane"));
  EXPECT_THAT(error.message, HasSubstr("9999_future"));
  Execute("DELETE FROM schema_migrations WHERE number = 9999");
  Open();
}

TEST_F(PostgresOpenTest, RefusesAMigrationThatWasChanged) {
  Open();
  Close();
  Execute("UPDATE schema_migrations SET sha256 = upper(sha256)");
  const Error error = OpenError();
  EXPECT_EQ(error.code, Code::STORE_CORRUPT);
  EXPECT_THAT(error.message, HasSubstr("0001_initial"));
}

TEST_F(PostgresOpenTest, RefusesAnotherProgramsTables) {
  Execute("CREATE TABLE theirs (x integer)");
  const Error error = OpenError();
  EXPECT_EQ(error.code, Code::STORE_CORRUPT);
  EXPECT_THAT(error.message, HasSubstr("another program"));
  EXPECT_EQ(Execute("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"), "1")
      << "it is as it was";
}

TEST_F(PostgresOpenTest, AMigrationThatFailsLeavesNothing) {
  Execute(
      "CREATE TABLE schema_migrations (number bigint PRIMARY KEY, name text, sha256 text, "
      "applied_time bigint); CREATE TABLE facts (x integer)");
  EXPECT_EQ(OpenError().code, Code::INTERNAL);
  EXPECT_EQ(Execute("SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"), "2");
}

TEST_F(PostgresOpenTest, ProgramsThatStartTogetherMigrateOnce) {
  std::vector<std::unique_ptr<PostgresStore>> stores(4);
  Together(4, [&](int i) { stores[static_cast<size_t>(i)] = OpenAnother(); });
  for (const auto& store : stores) {
    ASSERT_NE(store, nullptr);
    EXPECT_TRUE(store->CheckWritable().ok());
  }
  EXPECT_EQ(Execute("SELECT count(*) FROM schema_migrations WHERE number = 1 AND applied_time > 0"),
            "1");
}

TEST_F(PostgresOpenTest, WhoeverMigratesIsWaitedForUntilOneGivesUp) {
  Outsider other(connection_);
  other.Execute("SELECT pg_advisory_lock(x'65646765706c616e'::bigint)");
  int asked = 0;
  settings_.give_up = [&asked] { return ++asked == 2; };
  const Error error = OpenError();
  EXPECT_EQ(error.code, Code::STORE_UNAVAILABLE);
  EXPECT_THAT(error.message, HasSubstr("changes the schema"));
  settings_.give_up = [&other] {
    other.Execute("SELECT pg_advisory_unlock(x'65646765706c616e'::bigint)");
    return false;
  };
  Open();
}

TEST_F(PostgresOpenTest, SessionsSetWhatIsPromised) {
  Execute("ALTER DATABASE postgres SET synchronous_commit = off");
  Open();
  // What a session of the store has, seen by a trigger in one.
  Execute(
      "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "NEW.value = current_setting('synchronous_commit'); RETURN NEW; END $$;"
      "CREATE TRIGGER note BEFORE INSERT ON facts FOR EACH ROW EXECUTE FUNCTION note()");
  const Result<std::string> fact = store().PutFactOnce("f", "v");
  Execute("ALTER DATABASE postgres RESET synchronous_commit");
  ASSERT_TRUE(fact.ok());
  EXPECT_EQ(*fact, "on");
}

}  // namespace
}  // namespace edgeplane::storage
