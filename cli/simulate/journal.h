// --journal FILE: what happened, one JSON object a line, for whoever compares it
// with what the server knows.
//
//   {"time":"2026-01-31T09:15:00.250Z","what":"ack","agent":"sim-0001",
//    "channel":"websocket","id":"01a2..","word":"completed"}
//
// what       id, word
// open       -, -             a WebSocket is open
// refused    -, HTTP status
// close      -, code or how else it ended
// command    command id, -    it arrived
// ack        command id, received|completed|failed      it was written (or, over HTTP, answered)
// event      event id, -      it was written (every time)
// event_ack  event id, -
// config     -, -
// order      command id, -    the simulator's own command was accepted by the server
// ended      command id, final state, as the server says
#pragma once

#include <fstream>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace edgeplane::simulate {

struct JournalLine {
  std::string_view what;
  std::string_view agent;
  std::string_view channel;  // "websocket", "http"; empty: none
  std::string_view id;
  std::string_view word;
};

// Thread safe. Does nothing until it is opened.
class Journal {
 public:
  explicit Journal(const Clock& clock) : clock_(clock) {}

  // Replaces the file.
  Status Open(const std::string& path);
  void Write(const JournalLine& line);
  // To the file; false when something could not be written, now or earlier.
  bool Flush();

 private:
  const Clock& clock_;
  std::mutex mutex_;
  std::ofstream file_;
};

}  // namespace edgeplane::simulate
