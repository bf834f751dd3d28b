// A gateway's day, with the store failing at each call in turn: what was
// confirmed is durable, and after a reconnect and repeats all is as if nothing
// had failed.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "services/registry/link.h"
#include "tests/unit/registry/polling_requests.h"

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
    H::Require(h_.store.SetDesiredConfig("a", "{}", false, h_.clock.Now()).ok());
    h_.control.ConfigChanged("a");
    done_ = h_.Enqueue("a");
    unwritten_ = h_.Enqueue("a", 1);
    lost_ = h_.Enqueue("a");
    h_.control.CommandQueued("a");
    h_.Settle();
    gateway_.outlet->Take();
    h_.AddAgent("b");
    polled_ = h_.Enqueue("b", 1);
    v1::SyncResponse response;
    H::Require(h_.syncer.Sync(sync_, response, NeverAbandoned).ok());
    reports_ = {
        {h_.AckOf(2, fence_, done_, 1, v1::CommandAck::RECEIVED),
         [this] { return h_.StateOf(done_) >= CommandState::kReceived; }},
        {h_.RefusalOf(3, refusal_, 4), [this] { return h_.store.GetRefusal(refusal_).ok(); }},
        {h_.AckOf(4, fence_, done_, 2),
         [this] { return h_.StateOf(done_) == CommandState::kCompleted; }},
        {H::ClosedOf(5, fence_, {lost_}),
         [this] { return !h_.store.GetAgent("a")->session.has_value(); }},
        {EventReport(6), [this] { return h_.store.ListEvents({}, {})->items.size() == 1; }},
        {StatusReport(7), [this] { return h_.store.GetAgent("a")->status.has_value(); }},
        {ConfigReport(8), [this] { return h_.store.GetAgent("a")->delivered_config_version == 1; }},
        {UnansweredReport(9), [this] { return h_.store.GetCommand(polled_)->deliveries == 0; }},
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
    gateway_.link->Receive(H::HelloOf({}, "g1", 9));
    for (const Report& report : reports_) {
      if (report.message.sequence() > confirmed_) gateway_.link->Receive(report.message);
    }
    h_.Settle();
    confirmed_ = Confirmed(gateway_.outlet->Take());
  }

  void ExpectAsIfNothingHadFailed() {
    EXPECT_EQ(confirmed_, 9);
    ExpectConfirmedIsDurable();
    EXPECT_EQ(h_.StateOf(unwritten_), CommandState::kQueued);
    EXPECT_EQ(h_.store.GetCommand(unwritten_)->deliveries, 0);
    EXPECT_EQ(h_.StateOf(lost_), CommandState::kQueued);
    EXPECT_EQ(h_.store.GetCommand(lost_)->deliveries, 1);
    EXPECT_EQ(h_.store.GetCommand(done_)->history.size(), 4u);  // queued, delivered, two acks
    EXPECT_EQ(h_.store.GetRefusal(refusal_)->count, 4);
    EXPECT_EQ(h_.StateOf(polled_), CommandState::kQueued);
    EXPECT_EQ(h_.store.GetCommand(polled_)->deliveries, 0);
    EXPECT_EQ(h_.store.ListEvents({}, {})->items.size(), 1u);
    EXPECT_EQ(h_.store.GetAgent("a")->delivered_config_version, 1);
  }

 private:
  struct Report {
    v1::GatewayMessage message;
    std::function<bool()> durable;
  };

  v1::GatewayMessage EventReport(int64_t sequence) {
    v1::GatewayMessage message;
    message.set_sequence(sequence);
    message.mutable_event()->set_agent_id("a");
    *message.mutable_event()->mutable_event() = EventOf("e1");
    return message;
  }
  v1::GatewayMessage StatusReport(int64_t sequence) {
    v1::GatewayMessage message;
    message.set_sequence(sequence);
    message.mutable_status()->set_agent_id("a");
    message.mutable_status()->set_status_json("{}");
    return message;
  }
  v1::GatewayMessage ConfigReport(int64_t sequence) {
    v1::GatewayMessage message;
    message.set_sequence(sequence);
    H::SetFence(fence_, *message.mutable_config_written());
    message.mutable_config_written()->set_version(1);
    return message;
  }
  v1::GatewayMessage UnansweredReport(int64_t sequence) {
    v1::GatewayMessage message;
    message.set_sequence(sequence);
    message.mutable_sync_unanswered()->set_agent_id("b");
    message.mutable_sync_unanswered()->set_sync_id(sync_.sync_id());
    return message;
  }

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
  std::string polled_;
  const v1::SyncRequest sync_ = SyncOf("b", h_.clock.Now());
  const std::string refusal_ = NewUuid(h_.clock.Now());
  std::vector<Report> reports_;
  int64_t confirmed_ = 1;
};

class LinkFault : public testing::TestWithParam<Fault> {};

TEST_P(LinkFault, ConfirmsNothingThatIsNotDurable) {
  int failures = 0;
  // The eight reports take one call each, and deliveries some between them.
  for (int64_t nth = 1; nth <= 16; ++nth) {
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
  EXPECT_GE(failures, 8) << "one for each report, at least";
}

INSTANTIATE_TEST_SUITE_P(UnavailableAndInDoubt, LinkFault,
                         testing::Values(Fault::kUnavailable, Fault::kInDoubt));

}  // namespace
}  // namespace edgeplane::registry
