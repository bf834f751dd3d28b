#include "base/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

namespace edgeplane {
namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// proc(5): the second number of statm is the resident set, in pages.
std::optional<double> ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  double total = 0;
  double resident = 0;
  if (!(statm >> total >> resident)) return std::nullopt;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

std::optional<double> OpenFiles() {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir("/proc/self/fd"), closedir);
  if (!directory) return std::nullopt;
  int count = -1;  // the directory itself is open, and is one of them
  while (const dirent* entry = readdir(directory.get())) {
    if (entry->d_name[0] != '.') ++count;
  }
  return count;
}

std::optional<double> FilesMax() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

// proc(5): field 22 of stat is the start, in clock ticks since boot; /proc/stat
// has the boot's unix time.
std::optional<double> ReadStartTime() {
  std::ifstream stat("/proc/self/stat");
  std::string text;
  if (!std::getline(stat, text)) return std::nullopt;
  // Field 2 is the program's name in parentheses, which may hold anything.
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int field = 3; field < 22; ++field) fields >> skipped;
  double ticks = 0;
  if (!(fields >> ticks)) return std::nullopt;

  std::ifstream system("/proc/stat");
  while (std::getline(system, text)) {
    if (!text.starts_with("btime ")) continue;
    return std::stod(text.substr(6)) + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  return std::nullopt;
}

void Add(std::vector<MetricFamily>& families, const char* name, const char* help, MetricType type,
         std::optional<double> value) {
  if (!value) return;
  prometheus::ClientMetric metric;
  if (type == MetricType::Counter) {
    metric.counter.value = *value;
  } else {
    metric.gauge.value = *value;
  }
  families.push_back({name, help, type, {metric}});
}

}  // namespace

std::vector<MetricFamily> ProcessMetrics::Collect() const {
  static const std::optional<double> start_time = ReadStartTime();
  std::vector<MetricFamily> families;
  Add(families, "process_cpu_seconds_total", "User and system CPU time spent, in seconds.",
      MetricType::Counter, CpuSeconds());
  Add(families, "process_resident_memory_bytes", "Resident memory, in bytes.", MetricType::Gauge,
      ResidentBytes());
  Add(families, "process_open_fds", "Open file descriptors.", MetricType::Gauge, OpenFiles());
  Add(families, "process_max_fds", "The most file descriptors that may be open.", MetricType::Gauge,
      FilesMax());
  Add(families, "process_start_time_seconds", "When the process started, in unix seconds.",
      MetricType::Gauge, start_time);
  return families;
}

}  // namespace edgeplane
