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
