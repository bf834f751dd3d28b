#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>
#include <string>

#include "tests/support/temporary_directory.h"

namespace edgeplane::cli {

class TemporaryDirectory : public edgeplane::TemporaryDirectory {
 public:
  [[nodiscard]] std::string In(const std::string& name) const { return (path() / name).string(); }

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
