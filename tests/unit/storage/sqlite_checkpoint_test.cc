// The write-ahead log does not grow without end.
#include "tests/unit/storage/sqlite_fixture.h"

namespace edgeplane::storage {
namespace {

constexpr uintmax_t kKiB = 1024;

class SqliteCheckpointTest : public SqliteFixture {
 protected:
  SqliteCheckpointTest() { settings_.checkpoint_pages = 64; }  // 256 KiB

  // One commit of about 128 KiB.
  Status WriteMuch() {
    Refusal refusal;
    refusal.refusal_id = std::to_string(next_++);
    refusal.evidence = std::string(128 * kKiB, 'x');
    return store().RecordRefusals({refusal});
  }
  uintmax_t WalSize() { return std::filesystem::file_size(settings_.path + "-wal"); }

 private:
  int next_ = 0;
};

TEST_F(SqliteCheckpointTest, TheLogStartsOver) {
  Open();
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(WriteMuch().ok());
  EXPECT_LT(WalSize(), 1024 * kKiB);
}

TEST_F(SqliteCheckpointTest, AReaderThatStaysHoldsUpNeitherWritesNorTheLogForEver) {
  settings_.write_timeout = std::chrono::seconds(5);  // a tenth of it is waited for the reader
  Open();
  ASSERT_TRUE(WriteMuch().ok());
  sqlite3* reader = nullptr;
  ASSERT_EQ(sqlite3_open(settings_.path.c_str(), &reader), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(reader, "BEGIN; SELECT count(*) FROM refusals", nullptr, nullptr, nullptr),
            SQLITE_OK);
  for (int i = 0; i < 12; ++i) EXPECT_TRUE(WriteMuch().ok());
  const uintmax_t held = WalSize();
  EXPECT_GT(held, 1536 * kKiB) << "the reader needs all of it";
  ASSERT_EQ(sqlite3_exec(reader, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(reader);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(WriteMuch().ok());
  EXPECT_LE(WalSize(), held + 512 * kKiB) << "the log started over";
}

}  // namespace
}  // namespace edgeplane::storage
