#include "base/log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/json/parse.hpp>
#include <limits>
#include <sstream>
#include <thread>
#include <vector>

#include "base/log_escape.h"

namespace edgeplane {
namespace {

constexpr std::string_view kTime = "2026-01-31T09:15:00.250Z";

std::string TextLine(std::initializer_list<LogField> fields) {
  return FormatLogLine(LogFormat::kText, kTime, LogLevel::kInfo, "e", fields);
}
std::string TextValue(std::string_view value) {
  return TextLine({{"k", value}}).substr(kTime.size() + 10);
}

TEST(LogLineTest, TextIsLogfmt) {
  EXPECT_EQ(FormatLogLine(LogFormat::kText, kTime, LogLevel::kInfo, "agent connected",
                          {{"agent", "luna1"}, {"connections", 3}}),
            "2026-01-31T09:15:00.250Z info agent connected agent=luna1 connections=3");
}

TEST(LogLineTest, JsonIsOneObject) {
  EXPECT_EQ(FormatLogLine(LogFormat::kJson, kTime, LogLevel::kWarning, "agent connected",
                          {{"agent", "luna1"}, {"connections", 3}, {"tls", true}}),
            R"({"time":"2026-01-31T09:15:00.250Z","level":"warning","event":"agent connected",)"
            R"("agent":"luna1","connections":3,"tls":true})");
}

TEST(LogLineTest, WritesEveryKindOfValue) {
  EXPECT_EQ(TextLine({{"min", std::numeric_limits<int64_t>::min()},
                      {"port", uint16_t{65535}},
                      {"ratio", 0.25},
                      {"on", false},
                      {"text", std::string("x")}}),
            "2026-01-31T09:15:00.250Z info e min=-9223372036854775808 port=65535 ratio=0.25 "
            "on=false text=x");
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(FormatLogLine(LogFormat::kJson, kTime, LogLevel::kInfo, "e", {{"k", infinity}}),
              testing::HasSubstr(R"("k":null)"));
}

TEST(LogLineTest, QuotesWhatIsNotBare) {
  EXPECT_EQ(TextValue("AZaz09._:/+@-"), "AZaz09._:/+@-");
  EXPECT_EQ(TextValue(""), R"("")");
  EXPECT_EQ(TextValue("two words"), R"("two words")");
  EXPECT_EQ(TextValue("a=b"), R"("a=b")");
  EXPECT_EQ(TextValue(R"(say "hi" \ bye)"), R"("say \"hi\" \\ bye")");
  EXPECT_EQ(TextValue("caf\xc3\xa9"), "\"caf\xc3\xa9\"");
}

TEST(LogLineTest, EscapesWhatCouldForgeALineOrDriveATerminal) {
  EXPECT_EQ(TextValue("x\n2026 error forged"), R"("x\n2026 error forged")");
  EXPECT_EQ(TextValue("\r\t"), R"("\r\t")");
  EXPECT_EQ(TextValue(std::string_view("\0\x1b[31m\x7f", 7)), R"("\u0000\u001b[31m\u007f")");
  EXPECT_EQ(TextValue("\xc2\x9b"), R"("\u009b")");            // CSI as one character
  EXPECT_EQ(TextValue("\xe2\x80\xa8"), R"("\u2028")");        // line separator
  EXPECT_EQ(TextValue("\xe2\x80\xaetxt"), R"("\u202etxt")");  // right-to-left override
  EXPECT_EQ(TextValue("\xff\x80"), R"("\xff\x80")");
}

TEST(LogLineTest, JsonStaysJsonWhateverTheValueHolds) {
  std::string every_byte;
  for (int i = 0; i < 256; ++i) every_byte += static_cast<char>(i);
  const std::string line =
      FormatLogLine(LogFormat::kJson, kTime, LogLevel::kInfo, every_byte, {{"k", every_byte}});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(line, error);
  ASSERT_FALSE(error) << line;
  EXPECT_THAT(std::string(value.at("k").as_string()), testing::HasSubstr("\\xff"));
}

TEST(LogLineTest, CutsLongValues) {
  const std::string line = TextLine({{"k", std::string(100'000, 'x')}});
  EXPECT_LT(line.size(), 2200U);
  EXPECT_THAT(line, testing::EndsWith("x...\""));
}

// Puts a pipe in the place of standard error.
class LogOutputTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::pipe2(pipe_, O_CLOEXEC), 0);
    saved_ = ::dup(STDERR_FILENO);
    ASSERT_EQ(::dup2(pipe_[1], STDERR_FILENO), STDERR_FILENO);
    ::close(pipe_[1]);
  }
  void TearDown() override {
    ConfigureLog(LogLevel::kInfo, LogFormat::kText);
    if (saved_ >= 0) Restore();
    ::close(pipe_[0]);
  }
  void Restore() {
    ::dup2(saved_, STDERR_FILENO);
    ::close(saved_);
    saved_ = -1;
  }
  // Everything until the last writer, standard error, is gone.
  std::string ReadAll() const {
    std::string all;
    char buffer[4096];
    for (ssize_t count; (count = ::read(pipe_[0], buffer, sizeof buffer)) > 0;) {
      all.append(buffer, static_cast<size_t>(count));
    }
    return all;
  }

  int pipe_[2] = {-1, -1};
  int saved_ = -1;
};

TEST_F(LogOutputTest, LeavesOutWhatIsBelowTheMinimum) {
  ConfigureLog(LogLevel::kWarning, LogFormat::kText);
  LogDebug("d");
  LogInfo("i");
  LogWarning("w");
  LogError("e", {{"k", 1}});
  Restore();
  EXPECT_THAT(ReadAll(), testing::MatchesRegex("[0-9T:.-]+Z warning w\n[0-9T:.-]+Z error e k=1\n"));
}

TEST_F(LogOutputTest, KeepsLinesOfManyThreadsWhole) {
  constexpr int kThreads = 4;
  constexpr int kEach = 50;
  // Longer than PIPE_BUF, up to which the kernel would keep it whole.
  const std::string value(2000, 'x');
  std::string output;
  std::thread reader([&] { output = ReadAll(); });
  std::vector<std::thread> writers;
  for (int i = 0; i < kThreads; ++i) {
    writers.emplace_back([&value] {
      for (int j = 0; j < kEach; ++j) LogInfo("e", {{"a", value}, {"b", value}, {"c", value}});
    });
  }
  for (std::thread& writer : writers) writer.join();
  Restore();
  reader.join();
  const std::string tail = " info e a=" + value + " b=" + value + " c=" + value;
  std::istringstream lines(output);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    ASSERT_EQ(line.substr(kTime.size()), tail) << "line " << count;
  }
  EXPECT_EQ(count, kThreads * kEach);
}

}  // namespace
}  // namespace edgeplane
