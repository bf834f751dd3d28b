// A gateway's day, with the store failing at each call in turn: what was
// confirmed is durable, and after a reconnect and repeats all is as if nothing
// had failed.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "services/registry/link.h"
#include "tests/unit/registry/registry_harness.h"

namespace edgeplane::registry {
namespace {

using storage::CommandState;
using H = RegistryHarness;

enum class Fault : uint8_t { kUnavailable, kInDoubt };

class Day {
 public:
  Day() {
    h_.AddAgent("a");
    gateway_ = h_.JoinedLink();
    fence_ = h_.OpenSession("a");
    Say(H::OpenedOf(1, fence_));
    done_ = h_.Enqueue("a");
    unwritten_ = h_.Enqueue("a", 1);
    lost_ = h_.Enqueue("a");
    h_.control.CommandQueued("a");
    h_.Settle();
    gateway_.outlet->Take();
    reports_ = {
        {h_.AckOf(2, fence_, done_, 1, v1::CommandAck::RECEIVED),
         [this] { return h_.StateOf(done_) >= CommandState::kReceived; }},
        {h_.RefusalOf(3, refusal_, 4), [this] { return h_.store.GetRefusal(refusal_).ok(); }},
        {h_.AckOf(4, fence_, done_, 2),
         [this] { return h_.StateOf(done_) == CommandState::kCompleted; }},
        {H::ClosedOf(5, fence_, {lost_}),
         [this] { return !h_.store.GetAgent("a")->session.has_value(); }},
    };
  }

  // Says everything, with the nth call of the store failing. True if it came to
  // that.
  bool Live(int64_t nth, Fault fault) {
    if (fault == Fault::kInDoubt) {
      h_.store.DoubtOperation(nth);
    } else {
      h_.store.FailOperation(nth, MakeError(v1::ErrorReason::STORE_UNAVAILABLE, "full"));
    }
    for (const Report& report : reports_) {
      Say(report.message);
      confirmed_ = std::max(confirmed_, Confirmed(gateway_.outlet->Take()));
    }
    const bool failed = gateway_.outlet->status().has_value();
    // A fault that still lies ahead must not hit the looks that follow.
    for (int i = 0; !failed && i < 20; ++i) static_cast<void>(h_.store.EndSession({}));
    return failed;
  }

  void ExpectConfirmedIsDurable() {
    for (const Report& report : reports_) {
      if (report.message.sequence() <= confirmed_) {
        EXPECT_TRUE(report.durable()) << report.message.ShortDebugString();
      }
    }
  }

  // The session is over, so the gateway holds none.
  void ReconnectAndRepeat() {
    gateway_ = h_.OpenLink();
    gateway_.link->Receive(H::HelloOf({}, "g1", 5));
    for (const Report& report : reports_) {
      if (report.message.sequence() > confirmed_) gateway_.link->Receive(report.message);
    }
    h_.Settle();
    confirmed_ = Confirmed(gateway_.outlet->Take());
  }

  void ExpectAsIfNothingHadFailed() {
    EXPECT_EQ(confirmed_, 5);
    ExpectConfirmedIsDurable();
    EXPECT_EQ(h_.StateOf(unwritten_), CommandState::kQueued);
    EXPECT_EQ(h_.store.GetCommand(unwritten_)->deliveries, 0);
    EXPECT_EQ(h_.StateOf(lost_), CommandState::kQueued);
    EXPECT_EQ(h_.store.GetCommand(lost_)->deliveries, 1);
    EXPECT_EQ(h_.store.GetCommand(done_)->history.size(), 4u);  // queued, delivered, two acks
    EXPECT_EQ(h_.store.GetRefusal(refusal_)->count, 4);
  }

 private:
  struct Report {
    v1::GatewayMessage message;
    std::function<bool()> durable;
  };

  void Say(v1::GatewayMessage message) {
    gateway_.link->Receive(std::move(message));
    h_.Settle();
  }

  RegistryHarness h_;
  LinkedGatewayUnderTest gateway_;
  storage::Fence fence_;
  std::string done_;
  std::string unwritten_;
  std::string lost_;
  const std::string refusal_ = NewUuid(h_.clock.Now());
  std::vector<Report> reports_;
  int64_t confirmed_ = 1;
};

class LinkFault : public testing::TestWithParam<Fault> {};

TEST_P(LinkFault, ConfirmsNothingThatIsNotDurable) {
  int failures = 0;
  // The four reports take one call each, and deliveries some between them.
  for (int64_t nth = 1; nth <= 10; ++nth) {
    SCOPED_TRACE(nth);
    Day day;
    const bool failed = day.Live(nth, GetParam());
    day.ExpectConfirmedIsDurable();
    if (failed) {
      ++failures;
      day.ReconnectAndRepeat();
    }
    day.ExpectAsIfNothingHadFailed();
  }
  EXPECT_GE(failures, 4) << "one for each report, at least";
}

INSTANTIATE_TEST_SUITE_P(UnavailableAndInDoubt, LinkFault,
                         testing::Values(Fault::kUnavailable, Fault::kInDoubt));

}  // namespace
}  // namespace edgeplane::registry
