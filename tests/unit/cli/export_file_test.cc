#include "cli/export_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/temporary_directory.h"

namespace edgeplane::cli {
namespace {

using testing::HasSubstr;

class ExportFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return directory_.path() / "backup.jsonl"; }
  [[nodiscard]] bool IsEmpty() const { return std::filesystem::is_empty(directory_.path()); }
  [[nodiscard]] std::string Content() const {
    std::ostringstream content;
    content << std::ifstream(path()).rdbuf();
    return content.str();
  }

  const TemporaryDirectory directory_;
};

TEST_F(ExportFileTest, IsThereWhenItIsWhole) {
  auto file = ExportFile::Create(path());
  ASSERT_TRUE(file.ok()) << file.error().message;
  ASSERT_TRUE((*file)->Write("one\n").ok());
  ASSERT_TRUE((*file)->Write("two\n").ok());
  EXPECT_TRUE(IsEmpty()) << "whoever is killed now leaves nothing";
  ASSERT_TRUE((*file)->Finish().ok());
  EXPECT_EQ(Content(), "one\ntwo\n");
  struct stat status {};
  ASSERT_EQ(stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & ACCESSPERMS, S_IRUSR | S_IWUSR);
}

TEST_F(ExportFileTest, LeavesNothingUnfinished) {
  {
    const auto file = ExportFile::Create(path());
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->Write("one\n").ok());
  }
  EXPECT_TRUE(IsEmpty());
}

TEST_F(ExportFileTest, ReplacesNothingThatHasComeMeanwhile) {
  const auto file = ExportFile::Create(path());
  ASSERT_TRUE(file.ok());
  std::ofstream(path()) << "precious";
  const Status finished = (*file)->Finish();
  ASSERT_FALSE(finished.ok());
  EXPECT_THAT(finished.error().message, HasSubstr("File exists"));
  EXPECT_EQ(Content(), "precious");
}

}  // namespace
}  // namespace edgeplane::cli
