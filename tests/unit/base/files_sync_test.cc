// That what base/files.h makes is on the disk, names included: fsync(2) is
// watched in this program's place of libc's.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <vector>

#include "base/files.h"
#include "tests/support/temporary_directory.h"

namespace edgeplane {
namespace {

namespace fs = std::filesystem;

struct Synced {
  std::mutex mutex;
  std::vector<ino_t> inodes;
};
Synced& AllSynced() {
  static Synced synced;
  return synced;
}

ino_t InodeOf(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_ino;
}

bool WasSynced(const fs::path& path) {
  Synced& synced = AllSynced();
  const std::lock_guard lock(synced.mutex);
  return std::count(synced.inodes.begin(), synced.inodes.end(), InodeOf(path)) > 0;
}

class FilesSyncTest : public testing::Test {
 protected:
  void SetUp() override {
    Synced& synced = AllSynced();
    const std::lock_guard lock(synced.mutex);
    synced.inodes.clear();
  }

  const TemporaryDirectory temporary_;
  const fs::path directory_ = temporary_.path();
};

TEST_F(FilesSyncTest, AFileAndItsNameAreDurable) {
  ASSERT_TRUE(WriteFileAtomically(directory_ / "file", "content", 0600).ok());
  EXPECT_TRUE(WasSynced(directory_ / "file"));
  EXPECT_TRUE(WasSynced(directory_));
}

TEST_F(FilesSyncTest, ADirectoryThatWasMadeIsDurable) {
  ASSERT_TRUE(fs::create_directory(directory_ / "there"));
  ASSERT_TRUE(MakePrivateDirectory(directory_ / "there" / "a" / "b").ok());
  EXPECT_TRUE(WasSynced(directory_ / "there"));
  EXPECT_TRUE(WasSynced(directory_ / "there" / "a"));
  EXPECT_FALSE(WasSynced(directory_)) << "nothing was made in it";
}

}  // namespace
}  // namespace edgeplane

extern "C" int fsync(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) == 0) {
    edgeplane::Synced& synced = edgeplane::AllSynced();
    const std::lock_guard lock(synced.mutex);
    synced.inodes.push_back(status.st_ino);
  }
  return static_cast<int>(::syscall(SYS_fsync, descriptor));
}
