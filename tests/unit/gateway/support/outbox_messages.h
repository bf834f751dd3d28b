// What tests of the outbox put into it.
#pragma once

#include <string>

#include "gateway/link_outbox.h"

namespace edgeplane::gateway {

inline const SessionKey kSession{"luna1", "session-1", 7};

class IdleSink : public SessionSink {
 public:
  void OnDeliver(v1::Deliver) override {}
  void OnConfig(v1::DeliverConfig) override {}
  void OnEventStored(std::string) override {}
  void OnEnd(v1::Disconnect) override {}
};

inline v1::GatewayMessage Ack(const std::string& command_id) {
  v1::GatewayMessage message;
  message.mutable_command_ack()->set_session_id(kSession.session_id);
  message.mutable_command_ack()->set_command_id(command_id);
  return message;
}

inline v1::GatewayMessage Closed() {
  v1::GatewayMessage message;
  message.mutable_session_closed()->set_session_id(kSession.session_id);
  return message;
}

inline v1::GatewayMessage Written(const std::string& command_id) {
  v1::GatewayMessage message;
  message.mutable_command_written()->set_command_id(command_id);
  return message;
}

inline v1::Deliver Command(const std::string& id) {
  v1::Deliver command;
  command.set_session_id(kSession.session_id);
  command.set_command_id(id);
  return command;
}

inline v1::GatewayMessage Event(const std::string& session_id, size_t bytes = 0) {
  v1::GatewayMessage message;
  message.mutable_event()->set_session_id(session_id);
  message.mutable_event()->mutable_event()->set_details_json(std::string(bytes, 'x'));
  return message;
}

}  // namespace edgeplane::gateway
