// An admitted agent's session: what it says and hears, and how it may end.
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "gateway/unanswered_commands.h"
#include "tests/unit/gateway/support/session_fixture.h"

namespace edgeplane::gateway {
namespace {

using std::chrono::milliseconds;

class SessionTest : public OpenSessionTest {
 protected:
  void ExpectEnd(int close_code, v1::Disconnect reason) {
    EXPECT_EQ(agent_->ReadClose(), close_code);
    ExpectReported(reason);
  }
  void ExpectReported(v1::Disconnect reason) {
    const auto closed = registry().Await(IsClosed);
    ASSERT_TRUE(closed);
    EXPECT_EQ(closed->session_closed().reason(), reason)
        << v1::Disconnect_Name(closed->session_closed().reason());
    EXPECT_EQ(closed->session_closed().session_id(), "session-of-luna1");
    EXPECT_TRUE(gateway_->AwaitMetric(
        "edgeplane_connections_closed_total{reason=\"" + v1::Disconnect_Name(reason) + "\"}", 1));
    EXPECT_EQ(registry().Count(IsClosed), 1U);
  }
};

TEST_F(SessionTest, AnswersEveryPing) {
  Start();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(agent_->Send(kPing));
    EXPECT_EQ(agent_->Read(), kPong);
  }
  EXPECT_EQ(gateway_->Metric(R"(edgeplane_messages_received_total{type="ping"})"), 3);
}

TEST_F(SessionTest, SaysNothingUnasked) {
  Start();
  ASSERT_TRUE(agent_->Send(kPing));
  EXPECT_EQ(agent_->Read(), kPong);
}

TEST_F(SessionTest, WelcomesWhereASettingSaysSo) {
  Start([](GatewaySettings& s) { s.welcome_message = true; });
  EXPECT_EQ(agent_->Read(), R"({"type":"connected"})");
}

TEST_F(SessionTest, DeliversAndReportsWhatTheAgentSays) {
  Start();
  registry().Deliver(Command("luna1", 1));
  const auto text = agent_->Read();
  ASSERT_TRUE(text);
  EXPECT_NE(text->find(CommandId(1)), std::string::npos);
  const auto written = registry().Await(IsWritten);
  ASSERT_TRUE(written);
  EXPECT_EQ(written->command_written().command_id(), CommandId(1));
  EXPECT_EQ(written->sequence(), 0);

  ASSERT_TRUE(agent_->Send(AckText(1, "received")));
  ASSERT_TRUE(agent_->Send(AckText(1, "completed")));
  ASSERT_TRUE(registry().AwaitCount(IsAck, 2));
  const auto ack = registry().Await([](const auto& m) {
    return m.has_command_ack() && m.command_ack().outcome() == v1::CommandAck::COMPLETED;
  });
  ASSERT_TRUE(ack);
  EXPECT_EQ(ack->command_ack().agent_id(), "luna1");
  EXPECT_EQ(ack->command_ack().session_id(), "session-of-luna1");
  EXPECT_EQ(ack->command_ack().epoch(), 1);
  EXPECT_EQ(ack->command_ack().ordinal(), 2);
  EXPECT_EQ(ack->command_ack().status(), "completed");
  EXPECT_GT(ack->sequence(), 0);
}

TEST_F(SessionTest, DeliversInOrder) {
  Start();
  for (int i = 0; i < 20; ++i) registry().Deliver(Command("luna1", i));
  for (int i = 0; i < 20; ++i) {
    const auto text = agent_->Read();
    ASSERT_TRUE(text);
    EXPECT_NE(text->find(CommandId(i)), std::string::npos);
  }
}

TEST_F(SessionTest, NonsenseIsCountedAndEndsNothing) {
  Start();
  ASSERT_TRUE(agent_->Send("no JSON"));
  ASSERT_TRUE(agent_->Send(R"({"type":"surprise"})"));
  ASSERT_TRUE(agent_->Send(R"({"type":"command_ack","data":{"command_id":"x"}})"));
  ASSERT_TRUE(agent_->Send(""));
  ASSERT_TRUE(agent_->Send(kPing));
  EXPECT_EQ(agent_->Read(), kPong);
  EXPECT_EQ(gateway_->Metric(R"(edgeplane_messages_received_total{type="malformed"})"), 3);
  EXPECT_EQ(gateway_->Metric(R"(edgeplane_messages_received_total{type="unknown"})"), 1);
}

TEST_F(SessionTest, AFragmentedMessageIsOneMessage) {
  Start();
  ASSERT_TRUE(agent_->WriteRaw(ClientFrame(kTextBegins, R"({"type":)") +
                               ClientFrame(kPingFrame, "between") + ClientFrame(kContinues, "") +
                               ClientFrame(0x80, R"("ping"})")));
  EXPECT_EQ(agent_->Read(), kPong);
}

// --- ends ---

TEST_F(SessionTest, SilenceEndsIt) {
  Start([](GatewaySettings& s) { s.session_idle_timeout = milliseconds(100); });
  ExpectEnd(4008, v1::IDLE_TIMEOUT);
}

TEST_F(SessionTest, TooManyMessagesEndIt) {
  Start([](GatewaySettings& s) { s.messages_per_minute = 5; });
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(agent_->Send(kPing));
    EXPECT_EQ(agent_->Read(), kPong);
  }
  ASSERT_TRUE(agent_->Send(kPing));
  ExpectEnd(1008, v1::MESSAGE_RATE);
}

TEST_F(SessionTest, TooManyControlFramesEndIt) {
  Start([](GatewaySettings& s) { s.messages_per_minute = 5; });
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(agent_->Ping());
  ExpectEnd(1008, v1::MESSAGE_RATE);
}

// Beast has no bound to these: a message that never ends and never grows.
TEST_F(SessionTest, EndlessEmptyFragmentsEndIt) {
  Start([](GatewaySettings& s) { s.max_message_bytes = 1024; });
  std::string fragments = ClientFrame(kTextBegins, "x");
  for (int i = 0; i < 20'000; ++i) fragments += ClientFrame(kContinues, "");
  ASSERT_TRUE(agent_->WriteRaw(fragments));
  ExpectEnd(1008, v1::MESSAGE_RATE);
}

TEST_F(SessionTest, ATooBigMessageEndsIt) {
  Start([](GatewaySettings& s) { s.max_message_bytes = 1024; });
  ASSERT_TRUE(agent_->Send(std::string(1025, 'x')));
  ExpectEnd(1009, v1::MESSAGE_TOO_BIG);
}

TEST_F(SessionTest, ATooBigMessageInFragmentsEndsIt) {
  Start([](GatewaySettings& s) { s.max_message_bytes = 1024; });
  ASSERT_TRUE(agent_->WriteRaw(ClientFrame(kTextBegins, std::string(800, 'x')) +
                               ClientFrame(0x80, std::string(800, 'x'))));
  ExpectEnd(1009, v1::MESSAGE_TOO_BIG);
}

TEST_F(SessionTest, TextThatIsNotUtf8EndsIt) {
  Start();
  ASSERT_TRUE(agent_->WriteRaw(ClientFrame(kTextFrame, "\xff\xfe")));
  ExpectEnd(1007, v1::INVALID_PAYLOAD);
}

TEST_F(SessionTest, ABrokenProtocolEndsIt) {
  Start();
  ASSERT_TRUE(agent_->WriteRaw(ClientFrame(0x83, "a reserved opcode")));
  ExpectEnd(1002, v1::PROTOCOL_ERROR);
}

TEST_F(SessionTest, ACloseWithoutACodeIsAnsweredWith1000) {
  Start();
  ASSERT_TRUE(agent_->WriteRaw(ClientFrame(kCloseFrame, "")));
  ExpectEnd(1000, v1::PEER_CLOSED);
}

TEST_F(SessionTest, ACloseIsAnsweredWithItsCode) {
  Start();
  ASSERT_TRUE(agent_->WriteRaw(ClientFrame(kCloseFrame, "\x03\xe9going away")));
  ExpectEnd(1001, v1::PEER_CLOSED);
}

TEST_F(SessionTest, AnAgentThatVanishesIsGone) {
  Start();
  agent_->Vanish();
  ExpectReported(v1::PEER_GONE);
}

TEST_F(SessionTest, TheRegistryEndsIt) {
  const std::tuple<v1::Disconnect, int, const char*> ends[] = {
      {v1::SUPERSEDED, 4009, "superseded"},
      {v1::CREDENTIALS_REVOKED, 4001, "credentials_revoked"},
      {v1::DISABLED, 4003, "disabled"},
      {v1::OPERATOR_DISCONNECTED, 4003, "operator_disconnected"}};
  for (const auto& [reason, code, word] : ends) {
    agent_.reset();
    Start();
    registry().EndSession("session-of-luna1", reason);
    EXPECT_EQ(agent_->ReadClose(), code);
    EXPECT_EQ(agent_->close_reason(), word);
    ExpectReported(reason);
    registry().EndSession("session-of-luna1", reason);  // too late, and harmless
    registry().Deliver(Command("luna1", 1));
  }
}

// --- an agent that does not read ---

constexpr size_t kLarge = 64 * 1024;
constexpr int kLargeCommands = 300;  // more than the kernel holds for a connection

TEST_F(SessionTest, AnAgentThatDoesNotReadIsCutOff) {
  Start([](GatewaySettings& s) { s.close_timeout = milliseconds(100); },
        /*small_receive_buffer=*/true);
  for (int i = 0; i < kLargeCommands; ++i) registry().Deliver(Command("luna1", i, kLarge));
  ExpectReported(v1::SLOW_CONSUMER);
  // What was begun is named, so that the rest can be delivered again in good
  // conscience; one command may be half out.
  const auto closed = registry().Await(IsClosed);
  const auto& ids = closed->session_closed().written().command_ids();
  const std::set<std::string> written(ids.begin(), ids.end());
  const size_t reported = registry().Count([&](const auto& m) {
    return m.has_command_written() && written.contains(m.command_written().command_id());
  });
  EXPECT_EQ(reported, registry().Count(IsWritten));
  EXPECT_LE(written.size(), reported + 1);
  EXPECT_LT(written.size(), static_cast<size_t>(kLargeCommands));
}

TEST_F(SessionTest, ItsEndNamesWhatWasWrittenAndNotAnswered) {
  Start();
  for (int i = 1; i <= 3; ++i) {
    registry().Deliver(Command("luna1", i));
    ASSERT_TRUE(agent_->Read());
  }
  ASSERT_TRUE(agent_->Send(AckText(2)));
  ASSERT_TRUE(registry().Await(IsAck));
  agent_->Vanish();
  const auto closed = registry().Await(IsClosed);
  const auto& ids = closed->session_closed().written().command_ids();
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()),
            (std::set<std::string>{CommandId(1), CommandId(3)}));
}

TEST_F(SessionTest, TooManyUnansweredCommandsAreNotNamed) {
  Start();
  const int many = static_cast<int>(UnansweredCommands::kMax) + 1;
  for (int i = 1; i <= many; ++i) {
    registry().Deliver(Command("luna1", i));
    ASSERT_TRUE(agent_->Read());
  }
  agent_->Vanish();
  const auto closed = registry().Await(IsClosed);
  EXPECT_FALSE(closed->session_closed().has_written());
}

TEST_F(SessionTest, OneMessageAlwaysFits) {
  Start([](GatewaySettings& s) { s.max_outgoing_bytes = 1000; });
  registry().Deliver(Command("luna1", 1, 2000));
  const auto text = agent_->Read();
  ASSERT_TRUE(text);
  EXPECT_GT(text->size(), 2000U);
  ASSERT_TRUE(agent_->Send(kPing));
  EXPECT_EQ(agent_->Read(), kPong);
}

TEST_F(SessionTest, AnAgentThatReadsAgainLearnsWhy) {
  Start([](GatewaySettings& s) { s.close_timeout = kPatience; }, /*small_receive_buffer=*/true);
  for (int i = 0; i < kLargeCommands; ++i) registry().Deliver(Command("luna1", i, kLarge));
  // The last one has reached the session when what comes behind it has.
  registry().EndSession("session-of-luna1", v1::SUPERSEDED);
  ExpectEnd(1013, v1::SLOW_CONSUMER);
  EXPECT_EQ(agent_->close_reason(), "slow_consumer");
}

TEST_F(SessionTest, AWriteThatTakesTooLongEndsIt) {
  Start(
      [](GatewaySettings& s) {
        s.write_timeout = milliseconds(100);
        s.max_outgoing_bytes = 64 * 1024 * 1024;
        s.max_outgoing_messages = 1000;
      },
      /*small_receive_buffer=*/true);
  for (int i = 0; i < kLargeCommands; ++i) registry().Deliver(Command("luna1", i, kLarge));
  ExpectReported(v1::SLOW_CONSUMER);
}

}  // namespace
}  // namespace edgeplane::gateway
