// Files that a store is to be moved out of, or into.
#include "storage/sqlite/sqlite_transfer.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/unit/storage/sqlite_fixture.h"

namespace edgeplane::storage {
namespace {

using testing::HasSubstr;

class SqliteTransferTest : public SqliteFixture {
 protected:
  std::string ExportFailure() {
    const auto source = OpenSqliteSource(settings_.path);
    return source.ok() ? "" : source.error().message;
  }
  std::string ImportFailure() {
    const auto sink = OpenSqliteSink(settings_.path);
    return sink.ok() ? "" : sink.error().message;
  }
  mode_t Mode() const {
    struct stat status {};
    EXPECT_EQ(stat(settings_.path.c_str(), &status), 0);
    return status.st_mode & ACCESSPERMS;
  }
};

// Whose table of migrations has the same name, as that of many a framework.
TEST_F(SqliteTransferTest, AnotherProgramsFileStaysAsItIs) {
  Execute("CREATE TABLE schema_migrations (version TEXT); CREATE TABLE agents (x)");
  ASSERT_EQ(chmod(settings_.path.c_str(), 0644), 0);
  EXPECT_THAT(ExportFailure(), HasSubstr("There is no edgeplane store"));
  EXPECT_THAT(ImportFailure(), HasSubstr("another program"));
  EXPECT_EQ(Mode(), 0644U);
}

// Left in its log, as by a process that was killed.
TEST_F(SqliteTransferTest, AnotherProgramsLogStaysAsItIs) {
  sqlite3* theirs = nullptr;
  ASSERT_EQ(sqlite3_open(settings_.path.c_str(), &theirs), SQLITE_OK);
  sqlite3_db_config(theirs, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  ASSERT_EQ(sqlite3_exec(theirs, "PRAGMA journal_mode = WAL; CREATE TABLE agents (x)", nullptr,
                         nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(theirs);
  const auto log_bytes = [this] { return std::filesystem::file_size(settings_.path + "-wal"); };
  const auto before = log_bytes();
  EXPECT_THAT(ImportFailure(), HasSubstr("another program"));
  EXPECT_EQ(log_bytes(), before);
}

TEST_F(SqliteTransferTest, AnEmptyFileIsNoStoreAndMayBecomeOne) {
  std::ofstream(settings_.path).close();
  EXPECT_THAT(ExportFailure(), HasSubstr("There is no edgeplane store"));
  EXPECT_EQ(ImportFailure(), "");
}

// As VACUUM INTO makes it.
TEST_F(SqliteTransferTest, ACopyWithAnotherJournalIsRead) {
  Open();
  Close();
  Execute("PRAGMA journal_mode = DELETE");
  EXPECT_EQ(ExportFailure(), "");
}

}  // namespace
}  // namespace edgeplane::storage
