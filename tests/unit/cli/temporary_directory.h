#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace edgeplane::cli {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = testing::TempDir() + "/edgeplane-cli-XXXXXX";
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] std::string In(const std::string& name) const { return (path_ / name).string(); }

  std::string Write(const std::string& name, const std::string& content, mode_t mode = 0600) const {
    std::ofstream(In(name)) << content;
    EXPECT_EQ(chmod(In(name).c_str(), mode), 0);
    return In(name);
  }
  [[nodiscard]] std::string Read(const std::string& name) const {
    std::ostringstream content;
    content << std::ifstream(In(name)).rdbuf();
    return content.str();
  }

 private:
  std::filesystem::path path_;
};

// Sets a variable for as long as the object lives.
class ScopedVariable {
 public:
  ScopedVariable(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  ~ScopedVariable() { unsetenv(name_); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

 private:
  const char* name_;
};

}  // namespace edgeplane::cli
