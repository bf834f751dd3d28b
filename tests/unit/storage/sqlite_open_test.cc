// Opening a database: whose it is, which schema it has, who may read it.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/unit/storage/sqlite_fixture.h"

namespace edgeplane::storage {
namespace {

using Code = v1::ErrorReason;
using testing::HasSubstr;

class SqliteOpenTest : public SqliteFixture {
 protected:
  Error OpenError() {
    const auto store = SqliteStore::Open(settings_, nullptr);
    EXPECT_FALSE(store.ok());
    return store.ok() ? Error{} : store.error();
  }
  unsigned ModeOf(const std::string& suffix) {
    struct stat status {};
    EXPECT_EQ(stat((settings_.path + suffix).c_str(), &status), 0) << suffix;
    return status.st_mode & ACCESSPERMS;
  }
};

TEST_F(SqliteOpenTest, RefusesADirectoryInUse) {
  Open();
  const Error error = OpenError();
  EXPECT_EQ(error.code, Code::STORE_UNAVAILABLE);
  EXPECT_THAT(error.message, HasSubstr("Another edgeplane process"));
  EXPECT_TRUE(store().CheckWritable().ok()) << "the first one does not notice";
  Close();
  Open();
}

TEST_F(SqliteOpenTest, TheFilesAreTheOwnersOnly) {
  const mode_t before = umask(0);
  Open();
  ASSERT_TRUE(MakeAgent("a").ok());
  for (const char* suffix : {"", "-wal", "-shm", ".lock"}) EXPECT_EQ(ModeOf(suffix), 0600u);
  umask(before);
}

TEST_F(SqliteOpenTest, TakesRightsOfOthersAway) {
  Open();
  Close();
  ASSERT_EQ(chmod(settings_.path.c_str(), 0664), 0);
  Open();
  ASSERT_TRUE(MakeAgent("a").ok());
  for (const char* suffix : {"", "-wal", "-shm"}) EXPECT_EQ(ModeOf(suffix), 0600u);
}

TEST_F(SqliteOpenTest, RefusesAMissingDirectory) {
  settings_.path = (directory_ / "missing" / "edgeplane.db").string();
  const Error error = OpenError();
  EXPECT_EQ(error.code, Code::STORE_UNAVAILABLE);
  EXPECT_THAT(error.message, HasSubstr("No such file or directory"));
}

TEST_F(SqliteOpenTest, RefusesANewerSchema) {
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

TEST_F(SqliteOpenTest, RefusesAMigrationThatWasChanged) {
  Open();
  Close();
  Execute("UPDATE schema_migrations SET sha256 = upper(sha256)");
  const Error error = OpenError();
  EXPECT_EQ(error.code, Code::STORE_CORRUPT);
  EXPECT_THAT(error.message, HasSubstr("0001_initial"));
  EXPECT_THAT(error.message, HasSubstr("restore a backup"));
}

TEST_F(SqliteOpenTest, RefusesAnotherProgramsDatabase) {
  Execute("CREATE TABLE theirs (x)");
  const Error error = OpenError();
  EXPECT_EQ(error.code, Code::STORE_CORRUPT);
  EXPECT_THAT(error.message, HasSubstr("another program"));
  // The file format says in its 19th byte which journal it has: 1, not the 2 of a
  // write-ahead log (sqlite.org/fileformat.html, 1.3.3).
  std::ifstream file(settings_.path, std::ios::binary);
  file.seekg(18);
  EXPECT_EQ(file.get(), 1) << "it is as it was";
}

TEST_F(SqliteOpenTest, RefusesWhatIsNoDatabase) {
  std::ofstream(settings_.path) << std::string(8192, 'x');
  const Error error = OpenError();
  EXPECT_EQ(error.code, Code::STORE_CORRUPT);
  EXPECT_THAT(error.message, HasSubstr("damaged"));
}

TEST_F(SqliteOpenTest, RecordsWhatItApplied) {
  Open();
  Close();
  // Fails the test if the row is not there.
  Execute(
      "CREATE TABLE probe (n INTEGER CHECK (n = 1)); INSERT INTO probe "
      "SELECT count(*) FROM schema_migrations "
      "WHERE number = 1 AND name = '0001_initial' AND length(sha256) = 64 AND applied_time > 0");
}

TEST_F(SqliteOpenTest, ReportsDamagedColumns) {
  Open();
  ASSERT_TRUE(MakeAgent("a").ok());
  Close();
  Execute("UPDATE agents SET labels = '{'");
  Open();
  const Result<Agent> agent = store().GetAgent("a");
  ASSERT_FALSE(agent.ok());
  EXPECT_EQ(agent.error().code, Code::STORE_CORRUPT);
}

}  // namespace
}  // namespace edgeplane::storage
