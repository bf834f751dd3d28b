#include "base/uuid.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace edgeplane {
namespace {

TEST(UuidTest, IsVersion7OfTheGivenMillisecond) {
  // The time of RFC 9562's example, A.6.
  const std::string uuid = NewUuid(FromMicros(0x017F22E279B0 * 1000 + 999));
  EXPECT_EQ(uuid.substr(0, 15), "017f22e2-79b0-7");
  EXPECT_NE(std::string_view("89ab").find(uuid[19]), std::string_view::npos) << uuid;
  EXPECT_TRUE(IsUuid(uuid)) << uuid;
}

TEST(UuidTest, SortsByTime) {
  std::string previous;
  for (int64_t millis = 1'700'000'000'000; millis < 1'700'000'000'300; ++millis) {
    const std::string uuid = NewUuid(FromMicros(millis * 1000));
    EXPECT_LT(previous, uuid);
    previous = uuid;
  }
}

TEST(UuidTest, IsUniqueAcrossThreads) {
  constexpr size_t kThreads = 4;
  constexpr size_t kEach = 500;
  std::vector<std::vector<std::string>> made(kThreads);
  std::vector<std::thread> threads;
  for (auto& mine : made) {
    threads.emplace_back([&mine] {
      for (size_t i = 0; i < kEach; ++i) mine.push_back(NewUuid(FromMicros(0)));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& mine : made) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), kThreads * kEach);
}

TEST(UuidTest, RecognisesAnyVersionInEitherCase) {
  EXPECT_TRUE(IsUuid("00000000-0000-0000-0000-000000000000"));
  EXPECT_TRUE(IsUuid("C232AB00-9414-11EC-B3C8-9F6BDECED846"));
  for (std::string_view text :
       {"", "c232ab00941411ecb3c89f6bdeced846", "c232ab00-9414-11ec-b3c8-9f6bdeced84",
        "c232ab00-9414-11ec-b3c8-9f6bdeced8466", "g232ab00-9414-11ec-b3c8-9f6bdeced846",
        "c232ab00-9414-11ec-b3c8_9f6bdeced846", "c232ab009-414-11ec-b3c8-9f6bdeced846"}) {
    EXPECT_FALSE(IsUuid(text)) << text;
  }
}

TEST(Uuid, IsKeptInLowerCase) {
  EXPECT_EQ(CanonicalUuid("0190B5A4-7E1C-7cc3-98C4-DC0C0C07398F"),
            "0190b5a4-7e1c-7cc3-98c4-dc0c0c07398f");
}

}  // namespace
}  // namespace edgeplane
