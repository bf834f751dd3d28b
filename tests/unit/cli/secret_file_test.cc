#include "cli/secret_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <sstream>

#include "tests/unit/cli/temporary_directory.h"

namespace edgeplane::cli {
namespace {

TEST(SecretFile, IsPrivateAndHoldsTheSecret) {
  const TemporaryDirectory directory;
  {
    Result<SecretFile> file = SecretFile::Create(directory.In("a.secret"));
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file->Write("s3cret").ok());
  }
  EXPECT_EQ(directory.Read("a.secret"), "s3cret\n");
  struct stat status {};
  ASSERT_EQ(stat(directory.In("a.secret").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(SecretFile, NeverTakesThePlaceOfAnything) {
  const TemporaryDirectory directory;
  directory.Write("there", "mine");
  EXPECT_FALSE(SecretFile::Create(directory.In("there")).ok());
  EXPECT_EQ(directory.Read("there"), "mine");
  // A link that points nowhere would otherwise decide where the secret goes.
  std::filesystem::create_symlink(directory.In("elsewhere"), directory.In("link"));
  EXPECT_FALSE(SecretFile::Create(directory.In("link")).ok());
  EXPECT_FALSE(std::filesystem::exists(directory.In("elsewhere")));
  EXPECT_FALSE(SecretFile::Create(directory.In("no/such/directory")).ok());
}

TEST(SecretFile, IsGoneWhenNoSecretCame) {
  const TemporaryDirectory directory;
  { ASSERT_TRUE(SecretFile::Create(directory.In("a.secret")).ok()); }
  EXPECT_FALSE(std::filesystem::exists(directory.In("a.secret")));
}

TEST(ReadSecret, FromAPrivateFileOnly) {
  const TemporaryDirectory directory;
  std::istringstream none;
  const std::string mine = directory.Write("mine", "0123456789abcdef\n", 0600);
  const Result<Secret> secret = ReadSecret(mine, none);
  ASSERT_TRUE(secret.ok());
  EXPECT_EQ(secret->Reveal(), "0123456789abcdef");
  const std::string shared = directory.Write("shared", "0123456789abcdef\n", 0640);
  const Result<Secret> refused = ReadSecret(shared, none);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("chmod 600"), std::string::npos);
  EXPECT_FALSE(ReadSecret(directory.Write("empty", "\n"), none).ok());
}

TEST(ReadSecret, FromStandardInput) {
  std::istringstream in("0123456789abcdef\n");
  const Result<Secret> secret = ReadSecret("-", in);
  ASSERT_TRUE(secret.ok());
  EXPECT_EQ(secret->Reveal(), "0123456789abcdef");
  std::istringstream empty;
  EXPECT_FALSE(ReadSecret("-", empty).ok());
  std::istringstream endless(std::string(5000, 'x'));
  EXPECT_FALSE(ReadSecret("-", endless).ok());
}

}  // namespace
}  // namespace edgeplane::cli
