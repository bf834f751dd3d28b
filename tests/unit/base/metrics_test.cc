#include "base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <latch>
#include <limits>
#include <sstream>
#include <thread>

#include "base/version.h"

namespace edgeplane {
namespace {

using testing::HasSubstr;

// The value of the sample `name` (with its labels), or NaN.
double Sample(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + " ")) return std::stod(line.substr(name.size() + 1));
  }
  return std::numeric_limits<double>::quiet_NaN();
}

TEST(MetricsTest, RendersEveryKindWithItsPrefix) {
  MetricsRegistry metrics;
  metrics.AddCounter("taken_total", "Things taken.").Increment(3);
  metrics.AddGauge("held", "Things held.").Set(2);
  metrics.AddHistogram("wait_seconds", "Waits.", {0.1, 1}).Observe(0.5);
  metrics.AddCounterFamily("closed_total", "Closed.").Add({{"reason", "IDLE"}}).Increment();
  metrics.AddGaugeFamily("size", "Sizes.").Add({{"kind", "a"}}).Set(-1);
  const std::string text = metrics.Render();
  EXPECT_THAT(text, HasSubstr("# HELP edgeplane_taken_total Things taken.\n"
                              "# TYPE edgeplane_taken_total counter\n"));
  EXPECT_EQ(Sample(text, "edgeplane_taken_total"), 3);
  EXPECT_EQ(Sample(text, "edgeplane_held"), 2);
  EXPECT_EQ(Sample(text, "edgeplane_wait_seconds_bucket{le=\"0.1\"}"), 0);
  EXPECT_EQ(Sample(text, "edgeplane_wait_seconds_bucket{le=\"1\"}"), 1);
  EXPECT_EQ(Sample(text, "edgeplane_wait_seconds_count"), 1);
  EXPECT_EQ(Sample(text, "edgeplane_closed_total{reason=\"IDLE\"}"), 1);
  EXPECT_EQ(Sample(text, "edgeplane_size{kind=\"a\"}"), -1);
}

TEST(MetricsTest, TellsItsVersion) {
  MetricsRegistry metrics;
  EXPECT_EQ(
      Sample(metrics.Render(), "edgeplane_build_info{version=\"" + std::string(Version()) + "\"}"),
      1);
}

TEST(MetricsTest, TellsAboutTheProcess) {
  MetricsRegistry metrics;
  const std::string text = metrics.Render();
  EXPECT_GE(Sample(text, "process_cpu_seconds_total"), 0);
  EXPECT_GT(Sample(text, "process_resident_memory_bytes"), 100'000);
  EXPECT_GE(Sample(text, "process_open_fds"), 3);
  EXPECT_GT(Sample(text, "process_max_fds"), 3);
  const double start = Sample(text, "process_start_time_seconds");
  const double now = static_cast<double>(time(nullptr));
  EXPECT_GT(start, 1.7e9);
  EXPECT_LE(start, now + 1);
  EXPECT_THAT(text, HasSubstr("# TYPE process_cpu_seconds_total counter\n"));
}

TEST(MetricsTest, CountsOpenFilesExactly) {
  MetricsRegistry metrics;
  const double before = Sample(metrics.Render(), "process_open_fds");
  FILE* const file = tmpfile();
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(Sample(metrics.Render(), "process_open_fds"), before + 1);
  fclose(file);
}

TEST(MetricsTest, RefreshesBeforeEachScrape) {
  MetricsRegistry metrics;
  Gauge& gauge = metrics.AddGauge("scrapes", "Scrapes.");
  metrics.OnScrape([&gauge] { gauge.Increment(); });
  EXPECT_EQ(Sample(metrics.Render(), "edgeplane_scrapes"), 1);
  EXPECT_EQ(Sample(metrics.Render(), "edgeplane_scrapes"), 2);
}

TEST(MetricsTest, LatencyBucketsAscendFromHalfAMillisecondToHalfAMinute) {
  const std::vector<double> buckets = MetricsRegistry::LatencyBuckets();
  EXPECT_EQ(buckets.front(), 0.0005);
  EXPECT_EQ(buckets.back(), 30);
  EXPECT_TRUE(std::is_sorted(buckets.begin(), buckets.end()));
  EXPECT_EQ(std::adjacent_find(buckets.begin(), buckets.end()), buckets.end());
}

TEST(MetricsTest, RendersWhileOthersCountAndAdd) {
  MetricsRegistry metrics;
  Counter& counter = metrics.AddCounter("events_total", "Events.");
  CounterFamily& family = metrics.AddCounterFamily("kinds_total", "Kinds.");
  constexpr int kEach = 2000;
  std::latch start(3);
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      for (int j = 0; j < kEach; ++j) {
        counter.Increment();
        if (j % 100 == 0) family.Add({{"kind", std::to_string(i * kEach + j)}}).Increment();
      }
    });
  }
  start.arrive_and_wait();
  for (int i = 0; i < 20; ++i) EXPECT_THAT(metrics.Render(), HasSubstr("edgeplane_events_total"));
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Sample(metrics.Render(), "edgeplane_events_total"), 2 * kEach);
}

}  // namespace
}  // namespace edgeplane
