#include "base/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.h"

namespace edgeplane {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class FilesTest : public testing::Test {
 protected:
  fs::path Write(std::string_view content, int mode) const {
    const fs::path path = directory_ / "file";
    std::ofstream(path) << content;
    EXPECT_EQ(::chmod(path.c_str(), static_cast<mode_t>(mode)), 0);
    return path;
  }
  static int ModeOf(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return static_cast<int>(status.st_mode & 07777);
  }
  size_t Entries() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(directory_), fs::directory_iterator()));
  }

  const TemporaryDirectory temporary_;
  const fs::path directory_ = temporary_.path();
};

std::string Content(const Result<std::string>& result) {
  return result.ok() ? *result : "error: " + result.error().message;
}

TEST_F(FilesTest, ReadsWholeFilesUpToTheLimit) {
  const fs::path path = Write("12345\n", 0644);
  EXPECT_EQ(Content(ReadFile(path, 6)), "12345\n");
  EXPECT_EQ(Content(ReadFile(path, 1000)), "12345\n");
  const auto refused = ReadFile(path, 5);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, v1::ErrorReason::INVALID_FIELD);
  EXPECT_THAT(refused.error().message, HasSubstr("larger than 5 bytes"));
  EXPECT_EQ(Content(ReadFile(Write("", 0644), 0)), "");
}

TEST_F(FilesTest, RefusesWhatHasNoSizeButIsReadable) {
  // Says it is empty, and is not: the limit must hold while reading, too.
  EXPECT_THAT(Content(ReadFile("/proc/self/status", 10)), HasSubstr("larger than 10 bytes"));
}

TEST_F(FilesTest, ReadsRegularFilesOnly) {
  EXPECT_THAT(Content(ReadFile(directory_, 10)), HasSubstr("not a regular file"));
  const fs::path fifo = directory_ / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_THAT(Content(ReadFile(fifo, 10)), HasSubstr("not a regular file"));
  const auto missing = ReadFile(directory_ / "none", 10);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, v1::ErrorReason::INTERNAL);
  EXPECT_THAT(missing.error().message, HasSubstr((directory_ / "none").string()));
}

TEST_F(FilesTest, ReadsPrivateFilesOnlyWhenTheyAre) {
  EXPECT_EQ(Content(ReadPrivateFile(Write("secret\n", 0600), 100)), "secret");
  EXPECT_EQ(Content(ReadPrivateFile(Write("secret\n\n", 0400), 100)), "secret\n");
  EXPECT_EQ(Content(ReadPrivateFile(Write("", 0600), 100)), "");
  for (int mode : {0640, 0604, 0620, 0601}) {
    const std::string error = Content(ReadPrivateFile(Write("secret", mode), 100));
    EXPECT_THAT(error, HasSubstr("chmod 600")) << mode;
    EXPECT_THAT(error, HasSubstr("error: "));
  }
}

TEST_F(FilesTest, ReplacesFilesAndLeavesNothingElse) {
  const fs::path path = directory_ / "file";
  ASSERT_TRUE(WriteFileAtomically(path, "first", 0600).ok());
  EXPECT_EQ(ModeOf(path), 0600);
  const mode_t previous = ::umask(077);
  ASSERT_TRUE(WriteFileAtomically(path, "second", 0644).ok());
  ::umask(previous);
  EXPECT_EQ(ModeOf(path), 0644);
  EXPECT_EQ(Content(ReadFile(path, 100)), "second");
  EXPECT_EQ(Entries(), 1U);
}

TEST_F(FilesTest, KeepsTheOldFileWhenItCannotWrite) {
  const fs::path target = directory_ / "target";
  ASSERT_TRUE(fs::create_directory(target));
  const Status refused = WriteFileAtomically(target, "x", 0600);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr(target.string()));
  EXPECT_TRUE(fs::is_directory(target));
  EXPECT_EQ(Entries(), 1U);
  EXPECT_FALSE(WriteFileAtomically(directory_ / "none" / "file", "x", 0600).ok());
}

TEST_F(FilesTest, ReadersSeeTheOldOrTheNewContent) {
  const fs::path path = directory_ / "file";
  ASSERT_TRUE(WriteFileAtomically(path, "old", 0600).ok());
  std::ifstream reader(path);
  ASSERT_TRUE(WriteFileAtomically(path, "new", 0600).ok());
  std::string content;
  reader >> content;
  EXPECT_EQ(content, "old");
}

TEST_F(FilesTest, MakesPrivateDirectories) {
  const fs::path path = directory_ / "a" / "b" / "c";
  ASSERT_TRUE(MakePrivateDirectory(path).ok());
  EXPECT_EQ(ModeOf(path), 0700);
  EXPECT_EQ(ModeOf(directory_ / "a"), 0700);
  EXPECT_TRUE(MakePrivateDirectory(path).ok());
  EXPECT_TRUE(MakePrivateDirectory(path / "").ok());
  const fs::path file = Write("", 0600);
  for (const fs::path& refused : {file, file / "below"}) {
    const Status status = MakePrivateDirectory(refused);
    ASSERT_FALSE(status.ok()) << refused;
    EXPECT_THAT(status.error().message, HasSubstr(file.string()));
  }
}

}  // namespace
}  // namespace edgeplane
