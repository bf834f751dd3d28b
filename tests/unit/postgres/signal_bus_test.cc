// What processes of one database say to each other.
#include "storage/postgres/signal_bus.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <future>
#include <map>
#include <mutex>
#include <utility>

#include "tests/support/postgres_proxy.h"
#include "tests/unit/postgres/postgres_fixture.h"

namespace edgeplane::storage {
namespace {

constexpr std::chrono::seconds kPatience{30};

// A bus, and what comes over it.
class Listener {
 public:
  explicit Listener(const std::string& connection) {
    auto bus = PostgresSignalBus::Open(Secret::CopyOf(connection));
    EXPECT_TRUE(bus.ok());
    if (!bus.ok()) return;
    bus_ = *std::move(bus);
    bus_->Start(
        {[this](std::string_view signal) { Change([&] { ++heard_[std::string(signal)]; }); },
         [this] { Change([&] { ++missed_; }); },
         [this](size_t count) { Change([&] { dropped_ += count; }); }});
  }
  ~Listener() { bus_->Stop(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  PostgresSignalBus& bus() { return *bus_; }
  // Where it was connected for the n-th time.
  bool IsThere(int nth = 1) {
    return Await([&] { return missed_ >= nth; });
  }
  bool Hears(const std::string& signal) {
    return Await([&] { return heard_.contains(signal); });
  }
  int CountOf(const std::string& signal) {
    const std::lock_guard lock(mutex_);
    const auto found = heard_.find(signal);
    return found == heard_.end() ? 0 : found->second;
  }
  size_t heard() {
    const std::lock_guard lock(mutex_);
    return heard_.size();
  }
  bool Drops(size_t count) {
    return Await([&] { return dropped_ >= count; });
  }

 private:
  template <class F>
  void Change(const F& change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }
  template <class F>
  bool Await(const F& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, condition);
  }

  std::unique_ptr<PostgresSignalBus> bus_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, int> heard_;
  int missed_ = 0;
  size_t dropped_ = 0;
};

class SignalBusTest : public PostgresFixture {};

TEST_F(SignalBusTest, TheOthersHearWhatOneSays) {
  Listener one(connection_), another(connection_), third(connection_);
  ASSERT_TRUE(one.IsThere() && another.IsThere() && third.IsThere());
  one.bus().Say("wake a");
  another.bus().Say("wake b");
  EXPECT_TRUE(another.Hears("wake a"));
  EXPECT_TRUE(third.Hears("wake a"));
  EXPECT_TRUE(third.Hears("wake b"));
  EXPECT_TRUE(one.Hears("wake b"));
  EXPECT_EQ(one.CountOf("wake a"), 0) << "its own";
}

TEST_F(SignalBusTest, SignalsOfAnotherSchemaAreNotHeard) {
  Listener one(connection_), stranger(PostgresCluster::Shared().NewSchema());
  Listener friendly(connection_);
  ASSERT_TRUE(one.IsThere() && stranger.IsThere() && friendly.IsThere());
  one.bus().Say("wake a");
  EXPECT_TRUE(friendly.Hears("wake a"));
  stranger.bus().Say("wake b");
  one.bus().Say("wake c");
  EXPECT_TRUE(friendly.Hears("wake c"));
  EXPECT_EQ(friendly.CountOf("wake b"), 0);
  EXPECT_EQ(stranger.heard(), 0u);
}

TEST_F(SignalBusTest, ManyAtOnceAllArrive) {
  Listener one(connection_), another(connection_);
  ASSERT_TRUE(one.IsThere() && another.IsThere());
  const std::string longest(kSignalBytesMax - 8, 'x');
  for (int i = 0; i < 500; ++i) one.bus().Say(longest + ' ' + std::to_string(i));
  for (int i = 0; i < 500; ++i) EXPECT_TRUE(another.Hears(longest + ' ' + std::to_string(i)));
}

TEST_F(SignalBusTest, TheSameThatWaitsIsSaidOnce) {
  Listener another(connection_);
  ASSERT_TRUE(another.IsThere());
  // Not started: all of it waits.
  auto bus = PostgresSignalBus::Open(Secret::CopyOf(connection_));
  ASSERT_TRUE(bus.ok());
  for (int i = 0; i < 100; ++i) (*bus)->Say("wake a");
  (*bus)->Say("last");
  (*bus)->Start({[](std::string_view) {}, [] {}, [](size_t) {}});
  ASSERT_TRUE(another.Hears("last"));
  EXPECT_EQ(another.CountOf("wake a"), 1);
  (*bus)->Say("wake a");
  (*bus)->Say("really last");
  ASSERT_TRUE(another.Hears("really last"));
  EXPECT_EQ(another.CountOf("wake a"), 2);
}

TEST_F(SignalBusTest, WhatIsTooMuchIsDroppedAndTold) {
  auto bus = PostgresSignalBus::Open(Secret::CopyOf(connection_));
  ASSERT_TRUE(bus.ok());
  for (size_t i = 0; i < PostgresSignalBus::kWaitingMax + 7; ++i) {
    (*bus)->Say(std::to_string(i));
  }
  std::promise<size_t> dropped;
  (*bus)->Start({[](std::string_view) {}, [] {}, [&](size_t count) { dropped.set_value(count); }});
  EXPECT_EQ(dropped.get_future().get(), 7u);
  (*bus)->Stop();
}

TEST_F(SignalBusTest, ABreakIsToldAndMended) {
  PostgresProxy proxy(connection_);
  Listener one(connection_), broken(proxy.connection());
  ASSERT_TRUE(one.IsThere() && broken.IsThere());
  proxy.CutAll();
  ASSERT_TRUE(broken.IsThere(2)) << "some may have been missed";
  one.bus().Say("wake a");
  EXPECT_TRUE(broken.Hears("wake a"));
  broken.bus().Say("wake b");
  EXPECT_TRUE(one.Hears("wake b"));
}

TEST_F(SignalBusTest, StopsWithoutADatabase) {
  Listener nowhere("postgresql:///none?host=/nonexistent");
  nowhere.bus().Say("wake a");
}

TEST_F(SignalBusTest, HearsNothingThatIsNotItsOwn) {
  Listener one(connection_);
  ASSERT_TRUE(one.IsThere());
  Outsider outsider(connection_);
  outsider.Execute("SELECT pg_notify('edgeplane_' || md5(current_schema()), 'no line end')");
  outsider.Execute("SELECT pg_notify('edgeplane_' || md5(current_schema()), '')");
  outsider.Execute("SELECT pg_notify('edgeplane_' || md5(current_schema()), E'me\\n\\nlast')");
  EXPECT_TRUE(one.Hears("last"));
  EXPECT_EQ(one.heard(), 2u) << "an empty one, and that";
}

}  // namespace
}  // namespace edgeplane::storage
