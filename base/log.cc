#include "base/log.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <mutex>

#include "base/clock.h"
#include "base/log_escape.h"

namespace edgeplane {
namespace {

constexpr std::string_view kLevelNames[] = {"debug", "info", "warning", "error"};

std::atomic<LogLevel> minimum_level{LogLevel::kInfo};
std::atomic<LogFormat> line_format{LogFormat::kText};

std::string_view LevelName(LogLevel level) { return kLevelNames[static_cast<size_t>(level)]; }

template <class Number>
void AppendNumber(std::string& line, Number number) {
  std::array<char, 32> digits{};
  auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  line.append(digits.data(), end);
}

void AppendValue(std::string& line, LogFormat format, const LogField& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    if (format == LogFormat::kText) {
      AppendTextValue(line, *text);
    } else {
      AppendJsonText(line, *text);
    }
  } else if (const auto* integer = std::get_if<int64_t>(&field.value)) {
    AppendNumber(line, *integer);
  } else if (const auto* real = std::get_if<double>(&field.value)) {
    if (format == LogFormat::kJson && !std::isfinite(*real)) {
      line += "null";  // JSON has no word for it
    } else {
      AppendNumber(line, *real);
    }
  } else {
    line += std::get<bool>(field.value) ? "true" : "false";
  }
}

// Whole lines only: above PIPE_BUF, one write(2) to a pipe may mix with another.
void WriteLine(std::string_view line) {
  static std::mutex& mutex = *new std::mutex;  // outlives every thread that logs
  std::lock_guard lock(mutex);
  while (!line.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    // Standard error is gone or full: there is nowhere left to say so.
    if (written <= 0) return;
    line.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace

void ConfigureLog(LogLevel minimum, LogFormat format) {
  minimum_level.store(minimum, std::memory_order_relaxed);
  line_format.store(format, std::memory_order_relaxed);
}

void Log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) {
  if (level < minimum_level.load(std::memory_order_relaxed)) return;
  std::string line = FormatLogLine(line_format.load(std::memory_order_relaxed),
                                   FormatTime(SystemClock().Now()), level, event, fields);
  line += '\n';
  WriteLine(line);
}

std::string FormatLogLine(LogFormat format, std::string_view time, LogLevel level,
                          std::string_view event, std::initializer_list<LogField> fields) {
  std::string line;
  line.reserve(256);
  if (format == LogFormat::kText) {
    line.append(time).append(" ").append(LevelName(level)).append(" ");
    AppendPlainText(line, event);
    for (const LogField& field : fields) {
      line += ' ';
      AppendPlainText(line, field.key);
      line += '=';
      AppendValue(line, format, field);
    }
    return line;
  }
  line.append(R"({"time":")").append(time).append(R"(","level":")").append(LevelName(level));
  line.append(R"(","event":)");
  AppendJsonText(line, event);
  for (const LogField& field : fields) {
    line += ',';
    AppendJsonText(line, field.key);
    line += ':';
    AppendValue(line, format, field);
  }
  line += '}';
  return line;
}

}  // namespace edgeplane
