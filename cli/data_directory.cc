#include "cli/data_directory.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>

namespace edgeplane::cli {
namespace {

std::string HomeDirectory() {
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') return home;
  // Service managers may start a process without HOME.
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> buffer{};
  if (getpwuid_r(getuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return {};
  }
  return found->pw_dir;
}

}  // namespace

std::string DefaultDataDirectory() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data == '/') {
    return (std::filesystem::path(data) / "edgeplane").string();
  }
  const std::string home = HomeDirectory();
  if (home.empty()) return {};
  return (std::filesystem::path(home) / ".local/share/edgeplane").string();
}

}  // namespace edgeplane::cli
