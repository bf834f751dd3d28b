// Commands an agent has answered on this very connection, which it then must not
// be sent.
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "gateway/answered_commands.h"
#include "tests/unit/gateway/support/session_fixture.h"

namespace edgeplane::gateway {
namespace {

TEST(AnsweredCommands, RemembersTheLastOfThem) {
  AnsweredCommands answered;
  for (int i = 0; i < static_cast<int>(AnsweredCommands::kMax); ++i) answered.Add(CommandId(i));
  answered.Add(CommandId(1));  // twice is once
  EXPECT_TRUE(answered.Contains(CommandId(0)));
  answered.Add("one more");
  EXPECT_FALSE(answered.Contains(CommandId(0)));
  EXPECT_TRUE(answered.Contains(CommandId(1)));
  EXPECT_TRUE(answered.Contains("one more"));
}

class SessionAnsweredTest : public OpenSessionTest {
 protected:
  // The registry's window moves on.
  bool AwaitWritten(int number) {
    return registry()
        .Await([number](const auto& m) {
          return m.has_command_written() && m.command_written().command_id() == CommandId(number);
        })
        .has_value();
  }
};

// It comes back and says what it has done meanwhile, while the registry hands the
// same command out for the new session.
TEST_F(SessionAnsweredTest, OneThatIsAnsweredAlreadyIsNotWritten) {
  Start();
  ASSERT_TRUE(agent_->Send(AckText(1)));
  ASSERT_TRUE(registry().Await(IsAck));
  registry().Deliver(Command("luna1", 1));
  registry().Deliver(Command("luna1", 2));
  const auto text = agent_->Read();
  ASSERT_TRUE(text);
  EXPECT_NE(text->find(CommandId(2)), std::string::npos) << *text;
  EXPECT_TRUE(AwaitWritten(1));
}

TEST_F(SessionAnsweredTest, OneThatIsAnsweredWhileItWaitsIsNotWritten) {
  constexpr int kWaiting = 60;
  Start([](GatewaySettings& s) { s.max_outgoing_bytes = 64 * 1024 * 1024; },
        /*small_receive_buffer=*/true);
  AgentClient other(gateway_->port());
  ASSERT_EQ(other.Upgrade("luna2"), 101);
  ASSERT_TRUE(registry().AwaitCount(IsOpened, 2));
  for (int i = 1; i < kWaiting; ++i) registry().Deliver(Command("luna1", i, 200'000));
  registry().Deliver(Command("luna1", kWaiting));
  registry().Deliver(Command("luna1", kWaiting + 1));
  // Sent in order, and taken by one event loop: it waits behind what nobody reads.
  registry().Deliver(Command("luna2", 1000));
  ASSERT_TRUE(other.Read());
  ASSERT_TRUE(agent_->Send(AckText(kWaiting)));
  ASSERT_TRUE(AwaitWritten(kWaiting));
  for (int i = 1; i < kWaiting; ++i) ASSERT_TRUE(agent_->Read());
  const auto text = agent_->Read();
  ASSERT_TRUE(text);
  EXPECT_NE(text->find(CommandId(kWaiting + 1)), std::string::npos) << *text;
}

// --- the rate ---

// Being sent many commands is not the agent's fault.
TEST_F(SessionAnsweredTest, AnswersToCommandsAreNoFlood) {
  constexpr int kCommands = 200;
  Start([](GatewaySettings& s) { s.max_outgoing_messages = 1000; });
  for (int i = 1; i <= kCommands; ++i) registry().Deliver(Command("luna1", i));
  for (int i = 1; i <= kCommands; ++i) {
    ASSERT_TRUE(agent_->Read());
    for (const char* status : {"received", "executing", "completed"}) {
      ASSERT_TRUE(agent_->Send(AckText(i, status)));
    }
  }
  EXPECT_TRUE(registry().AwaitCount(IsAck, 3 * kCommands));
  ASSERT_TRUE(agent_->Send(kPing));
  EXPECT_EQ(agent_->Read(), kPong);
}

TEST_F(SessionAnsweredTest, AFloodOfAnythingIsOneAllTheSame) {
  Start([](GatewaySettings& s) { s.messages_per_minute = 5; });
  registry().Deliver(Command("luna1", 1));
  ASSERT_TRUE(agent_->Read());
  for (int i = 0; i < 20; ++i) static_cast<void>(agent_->Send(kPing));
  EXPECT_EQ(agent_->ReadClose(), 1008);
}

}  // namespace
}  // namespace edgeplane::gateway
