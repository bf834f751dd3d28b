// What tests of sessions send and wait for.
#pragma once

#include <string>

#include "tests/unit/gateway/support/scripted_registry.h"

namespace edgeplane::gateway {

inline std::string CommandId(int number) {
  const std::string digits = std::to_string(number);
  return "0191f6a2-7c4b-7000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

inline v1::Deliver Command(const std::string& agent_id, int number, size_t payload_bytes = 0) {
  v1::Deliver command;
  command.set_session_id("session-of-" + agent_id);
  command.set_agent_id(agent_id);
  command.set_command_id(CommandId(number));
  command.set_type("send_message");
  command.set_payload_json(R"({"text":")" + std::string(payload_bytes, 'x') + R"("})");
  command.mutable_create_time()->set_seconds(1'769'850'900);
  return command;
}

inline std::string AckText(int number, const std::string& status = "completed") {
  return R"({"type":"command_ack","data":{"command_id":")" + CommandId(number) + R"(","status":")" +
         status + R"("}})";
}

inline constexpr char kPing[] = R"({"type":"ping"})";
inline constexpr char kPong[] = R"({"type":"pong"})";

inline bool IsHello(const v1::GatewayMessage& message) { return message.has_hello(); }
inline bool IsRenewal(const v1::GatewayMessage& message) { return message.has_renew_lease(); }
inline bool IsOpened(const v1::GatewayMessage& message) { return message.has_session_opened(); }
inline bool IsClosed(const v1::GatewayMessage& message) { return message.has_session_closed(); }
inline bool IsAck(const v1::GatewayMessage& message) { return message.has_command_ack(); }
inline bool IsWritten(const v1::GatewayMessage& message) { return message.has_command_written(); }

}  // namespace edgeplane::gateway
