// What agents are told, read as strictly as it is promised: whatever the protocol
// does not name is a complaint.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace edgeplane::simulate {

struct Command {
  std::string command_id;
  std::optional<Time> time;  // when it was accepted
};

struct Pong {};
struct EventAck {
  std::string event_id;
};
struct ConfigUpdate {};
struct Connected {};  // a welcome, which a setting turns on
// What it is: one of a few fixed sentences.
struct Complaint {
  std::string_view what;
};

using ServerMessage = std::variant<Command, Pong, EventAck, ConfigUpdate, Connected, Complaint>;

// One message of the WebSocket.
ServerMessage ParseServerMessage(std::string_view text);

struct SyncAnswer {
  std::vector<Command> commands;
  std::vector<std::string> acked_events;
  bool config_update = false;
};

// The body of a 200 to POST /edge/sync.
std::variant<SyncAnswer, Complaint> ParseSyncAnswer(std::string_view text);

}  // namespace edgeplane::simulate
